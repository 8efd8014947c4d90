"""Keys whose rotation is on, off, or not a question; keys that are to be deleted."""

from emulator import MAIN

ROTATION = "aws-kms-key-rotation-on"
DELETION = "aws-kms-key-not-pending-deletion"


def plant(cloud, book):
    for region in ("eu-west-1", "us-east-1"):
        kms = cloud.client("kms", region)

        def key(verdict, why, rotate=False, **more):
            made = kms.create_key(Description=why, **more)["KeyMetadata"]
            if rotate:
                kms.enable_key_rotation(KeyId=made["KeyId"])
            book._add(verdict, ROTATION, made["Arn"], "", MAIN, why)
            return made["KeyId"]

        key("FAIL", "rotation never switched on")
        key("PASS", "rotation on", rotate=True)
        named = key("PASS", "rotation on, with an alias", rotate=True)
        kms.create_alias(AliasName="alias/shop", TargetKeyId=named)
        off = key("FAIL", "rotation switched off again", rotate=True)
        kms.disable_key_rotation(KeyId=off)
        key("NOT_APPLICABLE", "asymmetric keys do not rotate", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
        key("NOT_APPLICABLE", "HMAC keys do not rotate", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        key("NOT_APPLICABLE", "imported material does not rotate by itself", Origin="EXTERNAL")
        kms.disable_key(KeyId=key("NOT_APPLICABLE", "disabled"))
        going = key("NOT_APPLICABLE", "to be deleted")
        kms.schedule_key_deletion(KeyId=going, PendingWindowInDays=7)
        book.fails(DELETION, f"arn:aws:kms:{region}:{MAIN}:key/{going}", "to be deleted")
        kept = key("NOT_APPLICABLE", "was to be deleted, is kept; disabled since")
        kms.schedule_key_deletion(KeyId=kept, PendingWindowInDays=7)
        kms.cancel_key_deletion(KeyId=kept)
        book.passes(DELETION, f"arn:aws:kms:{region}:{MAIN}:key/{kept}", "kept after all")

"""Settings of the whole account: contact, passwords, the root user."""

from emulator import MAIN, SECOND, THIRD

CONTACT = "aws-account-security-contact-set"
LENGTH = "aws-iam-password-policy-length-14"
REUSE = "aws-iam-password-policy-reuse-24"
ROOT_MFA = "aws-iam-root-mfa"
ROOT_HARDWARE = "aws-iam-root-hardware-mfa"
ROOT_KEY = "aws-iam-root-no-access-key"
ROOT_USE = "aws-iam-root-not-used-recently"


def plant(cloud, book):
    root = "arn:aws:iam::{}:root".format
    contact(cloud, book, root)
    passwords(cloud, book, root)
    cloud.root_mfa(SECOND)
    cloud.root_key(THIRD)
    for check in (ROOT_MFA, ROOT_HARDWARE):
        book.fails(check, root(MAIN), "the root user has no MFA")
        book.passes(check, root(SECOND), "it has", account=SECOND)
        book.fails(check, root(THIRD), "it has none here either", account=THIRD)
    book.passes(ROOT_KEY, root(MAIN), "no key")
    book.passes(ROOT_KEY, root(SECOND), "no key", account=SECOND)
    book.fails(ROOT_KEY, root(THIRD), "a key", account=THIRD)
    for account in (MAIN, SECOND, THIRD):
        book.unknown(ROOT_USE, root(account), "the emulator's credential report has no row for the root user", account=account)


def contact(cloud, book, root):
    def put(account, kind):
        cloud.client("account", account=account).put_alternate_contact(
            AlternateContactType=kind, EmailAddress="security@example.com", Name="On call", PhoneNumber="+49 30 1234567", Title="Security")

    book.fails(CONTACT, root(MAIN), "none")
    put(SECOND, "SECURITY")
    book.passes(CONTACT, root(SECOND), "set", account=SECOND)
    put(THIRD, "BILLING")
    put(THIRD, "OPERATIONS")
    book.fails(CONTACT, root(THIRD), "those for bills and operations only", account=THIRD)


def passwords(cloud, book, root):
    for check in (LENGTH, REUSE):
        book.fails(check, root(MAIN), "no policy")
    cloud.client("iam", account=SECOND).update_account_password_policy(MinimumPasswordLength=14, PasswordReusePrevention=24)
    for check in (LENGTH, REUSE):
        book.passes(check, root(SECOND), "just enough", account=SECOND)
    cloud.client("iam", account=THIRD).update_account_password_policy(MinimumPasswordLength=13, PasswordReusePrevention=23)
    for check in (LENGTH, REUSE):
        book.fails(check, root(THIRD), "one less than enough", account=THIRD)

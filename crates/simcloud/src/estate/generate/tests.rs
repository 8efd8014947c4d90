use super::*;

#[test]
fn generated_buckets_differ_and_repeat_exactly() {
    let estate = Estate::generate(Kind::Buckets, 400);
    let again = Estate::generate(Kind::Buckets, 400);
    let texts = |estate: &Estate| -> Vec<String> {
        estate.documents.iter().map(|document| document.members.to_value().to_json()).collect()
    };
    assert_eq!(texts(&estate), texts(&again));
    let with = |name: &str| estate.documents.iter().filter(|document| !document.members.get(name).is_null()).count();
    assert_eq!((with("Policy"), with("Website"), with("PublicAccessBlockConfiguration")), (200, 4, 320));
    assert_eq!(with("Acl"), 400);
    assert_eq!(with("ServerSideEncryptionConfiguration"), 400, "every text is JSON");
}

use resource::Value;

use super::*;

const SETTINGS: &str = r#"
regions = ["eu-west-1"]
[[account]]
id = "111122223333"
caller = "arn:aws:iam::111122223333:user/plumb"
access_key = "AKIASIM"
secret_key = "secret"
"#;

fn read(files: &[(&str, &str)]) -> Result<Estate, EstateError> {
    let all = [("estate.toml", SETTINGS)];
    Estate::from_files(all.iter().chain(files).map(|(name, text)| (*name, text.as_bytes())))
}

#[test]
fn relative_times_become_times_and_other_text_stays() {
    let estate = read(&[(
        "111122223333/global/aws.iam.user.jsonl",
        r#"{"CreateDate":"@now-10d","Name":"@nowhere","List":[{"At":"@now"}],"$parent":"arn:x"}"#,
    )])
    .unwrap();
    let document = &estate.documents[0];
    let time: jiff::Timestamp = document.members.get("CreateDate").as_str().unwrap().parse().unwrap();
    let now: jiff::Timestamp = document.members.at(&resource::Path::parse("List[].At").unwrap()).items()[0]
        .get("At")
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(now.duration_since(time).as_hours(), 240);
    assert_eq!(document.members.get("Name").as_str(), Some("@nowhere"));
    assert_eq!(document.parent.as_deref(), Some("arn:x"));
    assert_eq!(document.members.get("$parent"), &Value::Null);
}

#[test]
fn equal_members_of_two_documents_are_held_once() {
    let estate = read(&[(
        "111122223333/global/aws.s3.bucket.jsonl",
        "{\"Name\":\"a\",\"Policy\":{\"Version\":\"1\"}}\n\n{\"Name\":\"b\",\"Policy\":{\"Version\":\"1\"}}\n",
    )])
    .unwrap();
    let [a, b] = &estate.documents[..] else { panic!("two documents") };
    assert!(std::ptr::eq(a.members.get("Policy"), b.members.get("Policy")));
    assert_ne!(a.members.get("Name"), b.members.get("Name"));
}

#[test]
fn a_wrong_file_is_named_with_its_line() {
    for (files, expected) in [
        (vec![("aws.s3.bucket.jsonl", "{}")], "is in no place"),
        (vec![("111122223333/global/aws.s3.bucket.jsonl", "{}\n[1]\n")], "line 2"),
        (vec![("111122223333/global/aws.s3.bucket.jsonl", "{}\n{\n")], "line 2"),
        (vec![("999999999999/global/aws.s3.bucket.jsonl", "{}")], "999999999999"),
    ] {
        let error = read(&files).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn settings_without_an_account_are_refused() {
    let error = Estate::from_files([("estate.toml", b"regions = []".as_slice())]).unwrap_err();
    assert!(error.to_string().contains("names no account"), "{error}");
}

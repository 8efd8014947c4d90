use resource::Path;

use super::*;

fn own(source: &str) -> Vec<String> {
    let mut reads = Reads::default();
    reads.expression(&expr::parse(source).unwrap());
    reads.own.paths().map(Path::to_string).collect()
}

#[test]
fn members_are_found_by_their_bare_name_and_through_self() {
    assert_eq!(own("Name"), ["Name"]);
    assert_eq!(own("self.A.B == 'x' || has(self.C)"), ["A.B", "C"]);
    assert_eq!(own("account.id + region.name + partition"), [""; 0]);
    assert_eq!(own("self.L.map(l, l.M)"), ["L", "L[].M"]);
    let mut reads = Reads::default();
    reads.expression(&expr::parse("self.L.map(l, l.M)").unwrap());
    assert!(!reads.own.need(&Path::parse("L[].Other").unwrap()));
}

#[test]
fn item_and_parent_are_kept_apart() {
    let mut reads = Reads::default();
    reads.expression(&expr::parse("item.Id + parent.Arn + Name").unwrap());
    assert_eq!(reads.item.paths().map(Path::to_string).collect::<Vec<_>>(), ["Id"]);
    assert_eq!(reads.parent.paths().map(Path::to_string).collect::<Vec<_>>(), ["Arn"]);
    assert_eq!(reads.own.paths().map(Path::to_string).collect::<Vec<_>>(), ["Name"]);
    let mut reads = Reads::default();
    reads.template(&Template::parse("arn:{partition}:{self.A}/{parent.B}").unwrap());
    assert_eq!((reads.own.paths().count(), reads.parent.paths().count()), (1, 1));
}

#[test]
fn filling_members_of_items_does_not_change_which_items_there_are() {
    let text = r#"
        type = "aws.iam.user"
        title = "user"
        scope = "account"
        id = "x"
        name = "self.Name"
        singleton = {}
        [[get]]
        call = "iam:GetAccessKeyLastUsed"
        for = "self.Keys[]"
        with = { Id = "$item.Id" }
    "#;
    let of: ResourceType = toml::from_str(text).unwrap();
    let reads = Reads::of_get(&of, &of.get[0]);
    let path = |text: &str| Path::parse(text).unwrap();
    assert!(reads.own.need(&path("Keys")));
    assert!(!reads.own.need(&path("Keys[].LastUsed")));
    assert!(reads.own.need(&path("Keys[].Id")));
    assert!(reads.own.need(&Path::default()), "what may give anything is waited for");
}

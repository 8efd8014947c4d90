use std::path::PathBuf;

use super::*;

const HEAD: &str = "source = \"https://example.com/list\"\ndate = \"2026-11-01\"\n";

fn parsed(rest: &str) -> Result<Data, String> {
    Data::parse("data/things.toml", &format!("{HEAD}{rest}")).map_err(|error| error.to_string())
}

#[test]
fn a_table_has_rows_of_one_shape_with_keys_that_differ_and_real_days() {
    let found = parsed(
        "rows = [\n{ key = \"a\", until = \"2026-01-31\" },\n{ key = \"b\", until = \"2027-01-31\", note = \"n\" },\n]",
    );
    let found = found.expect("it loads");
    assert_eq!((&*found.name, found.rows.len()), ("things", 2));
    assert!(found.has("key") && found.has("until") && !found.has("note") && !found.has("since"));
    for (rest, line, words) in [
        ("rows = []", 3, "at least one row"),
        ("rows = [\n{ key = \"a\" },\n{ key = 2 },\n]", 5, "a `key` of the same kind"),
        ("rows = [\n{ key = \"a\", until = \"2026-01-31\" },\n{ key = \"b\" },\n]", 5, "the same columns"),
        ("rows = [\n{ key = \"a\" },\n{ key = \"a\" },\n]", 5, "a row before has the key \"a\""),
        ("rows = [\n{ key = \"a\" },\n{ key = \"b\", until = \"2026-02-30\" },\n]", 5, "every row"),
        ("rows = [\n{ key = \"a\", until = \"2026-02-30\" },\n]", 4, "`until` is a day"),
        ("rows = [\n{ key = \"a\", until = \"soon\" },\n]", 4, "not `soon`"),
        ("rows = [\n{ key = \"a\", from = \"2026-01-31\" },\n]", 4, "unknown field `from`"),
        ("row = []", 3, "unknown field `row`"),
    ] {
        let error = parsed(rest).expect_err(rest);
        assert!(error.starts_with(&format!("data/things.toml:{line}: ")) && error.contains(words), "{rest}: {error}");
    }
    let error =
        Data::parse("data/a.toml", "source = \"a book\"\ndate = \"2026-11-01\"\nrows = []").expect_err("no address");
    assert!(error.to_string().contains("is an address"), "{error}");
    let error = Data::parse("data/a.toml", "source = \"https://a\"\n\ndate = \"2026-11\"\n").expect_err("no day");
    assert!(error.line == 3 && error.message.contains("not `2026-11`"), "{error}");
}

#[test]
fn the_age_is_in_whole_days() {
    let found = parsed("rows = [{ key = 1 }]").expect("it loads");
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a moment").as_microsecond();
    assert_eq!(found.age(at("2026-11-01T23:59:59Z")), 0);
    assert_eq!(found.age(at("2026-11-02T00:00:00Z")), 1);
    assert_eq!(found.age(at("2027-11-01T00:00:00Z")), 365);
    assert_eq!(found.age(at("2026-01-01T00:00:00Z")), 0);
}

fn with_file(path: &str, text: &str) -> Result<Catalog, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, text).expect("a file");
    let folders: [PathBuf; 1] = [folder.path().to_path_buf()];
    let words = |errors: Vec<CatalogError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Catalog::with_folders(&folders).map_err(words)
}

const PORTS: &str = "aws-ec2-sg-no-high-risk-ports-from-internet";

#[test]
fn a_users_file_stands_in_place_of_ours_and_must_fit_the_rules_that_read_it() {
    let catalog = with_file("data/high-risk-ports.toml", &format!("{HEAD}rows = [{{ key = 7 }}, {{ key = 9 }}]"));
    let catalog = catalog.expect("it loads");
    let check = catalog.check(PORTS).expect("the check");
    assert_eq!(check.params.get("ports"), Some(&Value::list(vec![Value::Int(7), Value::Int(9)])));
    assert_eq!(check.table_of("ports").map(|table| &**table), Some("high-risk-ports"));
    assert_eq!(catalog.data_named("high-risk-ports").map(|found| &*found.source), Some("https://example.com/list"));

    let error = with_file("data/high-risk-ports.toml", &format!("{HEAD}rows = [{{ key = \"http\" }}]"));
    let error = error.err().expect("texts are no ports");
    assert!(error.contains("sg-no-high-risk-ports-from-internet.md"), "{error}");
    let error = with_file("data/lambda-runtimes.toml", &format!("{HEAD}rows = [{{ key = \"go1.x\" }}]"));
    let error = error.err().expect("the rule needs `until`");
    assert!(error.contains("function-runtime-supported.md") && error.contains("until"), "{error}");
    let error = with_file("data/aws-federation.toml", &format!("{HEAD}rows = [{{ key = 1 }}]"));
    assert!(error.err().expect("it is not a table").contains("cannot be replaced"));
    let own = crate::embedded("data/aws-federation.toml").expect("embedded");
    assert!(with_file("data/aws-federation.toml", own).is_ok(), "the program's own folder on top of it");
}

#[test]
fn a_table_or_column_that_is_not_there_is_an_error_at_its_line() {
    let text = crate::embedded("checks/aws/ec2/sg-no-high-risk-ports-from-internet.md").expect("embedded");
    for (wrong, words) in [
        ("$data.high-risk-port.key", "there is no table `data/high-risk-port.toml`"),
        ("$data.high-risk-ports.until", "not every row of `data/high-risk-ports.toml` has a `until`"),
        ("$data.aws-federation", "there is no table `data/aws-federation.toml`"),
    ] {
        let error = with_file("checks/aws/ec2/mine.md", &text.replace("$data.high-risk-ports.key", wrong));
        let error = error.err().expect(wrong);
        assert!(error.contains("checks/aws/ec2/mine.md:7: ") && error.contains(words), "{error}");
    }
}

#[test]
fn a_users_parameter_stands_in_place_of_the_table() {
    let mut catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let change =
        |value: Value| crate::Adjustment { params: [("deprecated".to_owned(), value)].into(), ..Default::default() };
    let id = "aws-lambda-function-runtime-supported";
    let row = Value::map([("key", Value::from("go1.x")), ("until", Value::from("2030-01-01"))]);
    catalog.adjust(id, &change(Value::list(vec![row.clone()]))).expect("rows for rows");
    let check = catalog.check(id).expect("the check");
    assert_eq!(check.params.get("deprecated"), Some(&Value::list(vec![row])));
    assert_eq!(check.table_of("deprecated"), None);
    for wrong in [Value::from("go1.x"), Value::map([("key", Value::from("go1.x"))])] {
        let error = catalog.adjust(id, &change(Value::list(vec![wrong]))).expect_err("no rows");
        assert!(error.contains("write each item like the first of its default"), "{error}");
    }
}

#[test]
fn every_table_of_the_program_is_one_that_a_check_reads() {
    let catalog = Catalog::embedded().expect("the embedded catalogue loads");
    let read: BTreeSet<&Arc<str>> =
        catalog.checks().flat_map(|check| check.data.values()).map(|one| &one.table).collect();
    for data in catalog.data() {
        assert_eq!(data.reader.is_none(), read.contains(&data.name), "{}", data.file);
        assert!(data.reader.is_some() || !data.rows.is_empty(), "{}", data.file);
    }
}

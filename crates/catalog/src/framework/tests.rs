use super::RequirementCoverage;
use crate::Catalog;

fn embedded() -> Catalog {
    Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap()
}

fn with_file(name: &str, text: &str) -> Result<Catalog, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("frameworks")).unwrap();
    std::fs::write(folder.path().join("frameworks").join(name), text).unwrap();
    Catalog::with_folders(&[folder.path().to_path_buf()])
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

const HEAD: &str = "id = 'mine'\ntitle = 'Mine'\n";

#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let error = with_file("mine.toml", &format!("{HEAD}{text}")).err().expect("the file is wrong");
    for word in words {
        assert!(error.contains(word), "expected `{word}` in: {error}");
    }
}

#[test]
fn a_check_that_does_not_exist_is_named_with_its_line_and_the_nearest() {
    let text = "[[requirement]]\nid = '1'\ntitle = 'T'\nchecks = [\n  'aws-iam-root-mfa',\n  'aws-s3-bucket-not-publik',\n]\ncoverage = 'full'\n";
    refused(text, &["frameworks/mine.toml:8:", "`aws-s3-bucket-not-publik`", "aws-s3-bucket-not-public", "`planned`"]);
}

#[test]
fn wrong_files_say_the_line_and_what_to_write() {
    let one = |body: &str| format!("[[requirement]]\nid = '1'\ntitle = 'T'\n{body}\n");
    let check = "checks = ['aws-iam-root-mfa']";
    refused("", &["mine.toml:1:", "no requirement", "[[requirement]]"]);
    refused(&one(check), &["mine.toml:4:", "does not say its coverage", "\"partial\""]);
    refused(&one("coverage = 'full'"), &["mine.toml:4:", "names no check", "`planned`"]);
    refused(&one("coverage = 'manual'"), &["does not say what to attest", "manual ="]);
    refused(&one("coverage = 'manual'\nmanual = ' '"), &["does not say what to attest"]);
    refused(&one(&format!("{check}\ncoverage = 'manual'\nmanual = 'x'")), &["manual and names checks", "partial"]);
    refused(&one(&format!("{check}\ncoverage = 'full'\nmanual = 'x'")), &["in full and has `manual`"]);
    refused(&one(&format!("{check}\ncoverage = 'all'")), &["mine.toml:7:", "full"]);
    refused(&one(&format!("{check}\ncheks = []\ncoverage = 'full'")), &["mine.toml:7:", "cheks"]);
    let twice = "checks = ['aws-iam-root-mfa', 'aws-iam-root-mfa']\ncoverage = 'full'";
    refused(&one(twice), &["mine.toml:6:", "named twice"]);
    let both = "checks = ['aws-iam-root-mfa']\nplanned = ['aws-iam-root-mfa']\ncoverage = 'full'";
    refused(&one(both), &["mine.toml:7:", "named twice"]);
    let same = one(&format!("{check}\ncoverage = 'full'")).repeat(2);
    refused(&same, &["mine.toml:9:", "`1` is there already"]);
}

#[test]
fn the_files_name_is_the_id() {
    let text = format!("{HEAD}[[requirement]]\nid = '1'\ntitle = 'T'\nmanual = 'x'\n");
    let error = with_file("other.toml", &text).err().expect("the id differs");
    assert!(error.contains("frameworks/other.toml:1:") && error.contains("id = \"other\""), "{error}");
}

#[test]
fn a_users_framework_is_on_top_and_serves_its_checks() {
    let text = format!(
        "{HEAD}[[requirement]]\nid = '1'\ntitle = 'Root'\nchecks = ['aws-iam-root-mfa']\ncoverage = 'full'\n\
         [[requirement]]\nid = '2'\ntitle = 'Old'\nchecks = ['aws-iam-root-mfa']\ncoverage = 'full'\ncurrent = false\n\
         [[requirement]]\nid = '3'\ntitle = 'People'\nmanual = 'Ask.'\n"
    );
    let catalog = with_file("mine.toml", &text).unwrap();
    let mine = catalog.framework("mine").unwrap().unwrap();
    assert_eq!(mine.requirements[2].coverage, RequirementCoverage::Manual);
    let labels: Vec<String> =
        catalog.requirements_of("aws-iam-root-mfa").unwrap().iter().map(super::Served::label).collect();
    assert!(labels.contains(&"mine:1".to_owned()) && labels.contains(&"cis-aws-5.0:1.4".to_owned()), "{labels:?}");
    assert!(!labels.contains(&"mine:2".to_owned()), "what is withdrawn serves nothing");
    assert!(!labels.iter().any(|label| label.starts_with("starter:")), "a profile is no requirement");
}

#[test]
fn a_planned_check_that_exists_counts_and_is_an_error_of_our_own_files() {
    let text = format!(
        "{HEAD}[[requirement]]\nid = '1'\ntitle = 'T'\nplanned = ['aws-iam-root-mfa', 'aws-iam-none']\ncoverage = 'full'\n"
    );
    let catalog = with_file("mine.toml", &text).unwrap();
    let requirement = &catalog.framework("mine").unwrap().unwrap().requirements[0];
    assert_eq!((requirement.checks.len(), requirement.planned.len()), (1, 1));
    assert_eq!(requirement.coverage_now(), RequirementCoverage::Partial, "one of two is written");
    let errors: Vec<String> = crate::validate::all(&catalog).iter().map(ToString::to_string).collect();
    let found = errors.iter().find(|error| error.contains("mine.toml:6:")).expect("it is wrong");
    assert!(found.contains("`aws-iam-root-mfa` exists") && found.contains("cargo xtask generate"), "{found}");
}

/// (framework, requirements, full, partial, manual, not part of the standard any more): the publishers' own numbers of
/// requirements, and what our reading of each gives.
const COUNTS: [(&str, usize, usize, usize, usize, usize); 17] = [
    ("aws-fsbp", 388, 369, 19, 0, 52),
    ("cis-aws-1.5", 63, 35, 27, 1, 0),
    ("cis-aws-2.0", 64, 35, 28, 1, 0),
    ("cis-aws-3.0", 62, 34, 27, 1, 0),
    ("cis-aws-4.0", 64, 32, 31, 1, 0),
    ("cis-aws-5.0", 63, 32, 31, 0, 0),
    ("cis-aws-6.0", 63, 32, 31, 0, 0),
    ("cis-aws-7.0", 70, 31, 37, 2, 0),
    ("gdpr", 7, 0, 7, 0, 0),
    ("hipaa-security-rule", 43, 0, 38, 5, 0),
    ("iso27001-2022", 93, 0, 38, 55, 0),
    ("landing-zone", 26, 17, 6, 3, 0),
    ("nist-800-53-r5", 494, 0, 205, 289, 0),
    ("nist-csf-2.0", 106, 0, 102, 4, 0),
    ("pci-dss-4.0.1", 159, 0, 139, 20, 0),
    ("soc2-2017", 61, 0, 31, 30, 0),
    ("starter", 13, 13, 0, 0, 0),
];

#[test]
fn every_framework_has_all_its_requirements() {
    let catalog = embedded();
    let found: Vec<_> = catalog
        .frameworks()
        .unwrap()
        .into_iter()
        .map(|framework| {
            let of = |coverage| framework.requirements.iter().filter(|one| one.coverage == coverage).count();
            let gone = framework.requirements.iter().filter(|one| !one.current).count();
            let all = framework.requirements.len();
            let [full, partial, manual] =
                [RequirementCoverage::Full, RequirementCoverage::Partial, RequirementCoverage::Manual].map(of);
            (&*framework.id, all, full, partial, manual, gone)
        })
        .collect();
    assert_eq!(found, COUNTS);
}

#[test]
fn the_starter_profile_is_thirty_checks_that_exist() {
    let catalog = embedded();
    let starter = catalog.framework("starter").unwrap().unwrap();
    let checks: std::collections::BTreeSet<_> = starter.requirements.iter().flat_map(|one| &one.checks).collect();
    assert_eq!(checks.len(), 30);
    assert!(starter.requirements.iter().all(|one| one.planned.is_empty()));
}

//! Each rule is shown to pass what is right and to find what is wrong.

use super::tree::{Problem, Tree};
use super::{catalogue, edges, manifest, ratchet, size, text};

/// What a rule says about files, as text.
fn found(rule: fn(&Tree) -> Vec<Problem>, files: &[(&str, &str)]) -> Vec<String> {
    rule(&Tree::of(files)).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn finds(rule: fn(&Tree) -> Vec<Problem>, files: &[(&str, &str)], expected: &str) {
    let found = found(rule, files);
    assert!(found.len() == 1 && found[0].contains(expected), "expected one problem with `{expected}`, got {found:#?}");
}

#[track_caller]
fn accepts(rule: fn(&Tree) -> Vec<Problem>, files: &[(&str, &str)]) {
    assert_eq!(found(rule, files), Vec::<String>::new());
}

const TABLE: &str = "| crate | may depend on | what |\n|---|---|---|\n| `a` | – | x |\n| `b` | a | y |\n";

#[test]
fn an_edge_the_table_does_not_allow_is_found() {
    let right = ("crates/b/Cargo.toml", "[dependencies]\na.workspace = true\nserde.workspace = true\n");
    accepts(edges::check, &[("ARCHITECTURE.md", TABLE), ("crates/a/Cargo.toml", ""), right]);
    let wrong = ("crates/a/Cargo.toml", "[dependencies]\nb.workspace = true\n");
    let page = ("ARCHITECTURE.md", TABLE);
    finds(edges::check, &[page, wrong, right], "`a` depends on `b`");
    let hidden = ("crates/a/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nb.workspace = true\n");
    finds(edges::check, &[page, hidden, right], "`a` depends on `b`");
}

#[test]
fn a_crate_without_a_row_and_a_row_without_a_crate_are_found() {
    let (a, b) = (("crates/a/Cargo.toml", ""), ("crates/b/Cargo.toml", ""));
    finds(edges::check, &[("ARCHITECTURE.md", TABLE), a, b, ("crates/c/Cargo.toml", "")], "no row for `c`");
    finds(edges::check, &[("ARCHITECTURE.md", &format!("{TABLE}| `z` | – | |\n")), a, b], "`z`, which is no crate");
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let root =
        |line: &str| format!("[workspace.dependencies]\nours = {{ path = \"x\" }}\n{line}\n[profile.dev]\ndebug = 1\n");
    accepts(manifest::reasons, &[("Cargo.toml", &root("http = \"1\" # request types"))]);
    finds(manifest::reasons, &[("Cargo.toml", &root("http = \"1\""))], "`http` says not why");
    finds(manifest::reasons, &[("Cargo.toml", &root("http = \"1\" # "))], "`http` says not why");
}

#[test]
fn a_version_in_a_crates_manifest_is_found() {
    accepts(manifest::reasons, &[("crates/a/Cargo.toml", "[dependencies]\nhttp.workspace = true\n")]);
    finds(
        manifest::reasons,
        &[("crates/a/Cargo.toml", "[dev-dependencies]\nhttp = \"1\"\n")],
        "`http.workspace = true`",
    );
}

#[test]
fn python_packages_that_differ_from_the_models_source_are_found() {
    let source = ("catalog/api/aws/SOURCE.toml", "botocore = \"1.2.3\"\n");
    let pins = |text| [source, ("tests/aws/requirements.txt", text)];
    accepts(manifest::python_versions, &pins("botocore==1.2.3\nmoto[server]==5.0.0 # emulator\n"));
    finds(manifest::python_versions, &pins("botocore==1.2.4\n"), "pins `botocore` 1.2.4");
    finds(manifest::python_versions, &pins("# nothing\n"), "does not pin `botocore`");
    finds(manifest::python_versions, &pins("botocore==1.2.3\nmoto\n"), "`moto` has no exact version");
}

#[test]
fn a_package_from_another_registry_is_found() {
    let public = "[[package]]\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    accepts(manifest::sources, &[("Cargo.lock", public)]);
    finds(manifest::sources, &[("Cargo.lock", "source = \"registry+https://example.com/index\"\n")], "public index");
    finds(manifest::sources, &[(".cargo/config.toml", "replace-with = \"mirror\"\n")], "names a package index");
}

#[test]
fn a_number_that_rises_or_falls_is_found() {
    let numbers = "native = 0\nallow = 0\nexpect_attribute = 0\nunwrap = 1\n";
    let with = |body| [("xtask/tidy.toml", numbers), ("crates/a/Cargo.toml", ""), ("crates/a/src/lib.rs", body)];
    accepts(ratchet::check, &with("x.unwrap();\n// y.unwrap()\n/// z.unwrap()\n"));
    finds(ratchet::check, &with("x.unwrap();\ny.unwrap();\n"), "`unwrap` rose from 1 to 2");
    finds(ratchet::check, &with(""), "`unwrap` fell from 1 to 0");
    finds(ratchet::check, &with("x.unwrap();\n#[allow(dead_code)]\n"), "`allow` rose from 0 to 1");
    finds(ratchet::check, &with("x.unwrap();\n#[expect(dead_code, reason = \"r\")]\n"), "`expect_attribute` rose");
    let native = ("catalog/types/aws/a/b.toml", "native = \"x\"\n");
    finds(ratchet::check, &[with("x.unwrap();\n").as_slice(), &[native]].concat(), "`native` rose from 0 to 1");
}

#[test]
fn tests_may_unwrap() {
    let files = [("crates/a/Cargo.toml", ""), ("crates/a/src/x/tests.rs", "x.unwrap();\n")];
    assert_eq!(ratchet::counts(&Tree::of(&files))["unwrap"], 0);
}

#[test]
fn blessing_lowers_and_never_raises() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("xtask")).unwrap();
    let numbers = "native = 3 # why\nallow = 0\nexpect_attribute = 0\nunwrap = 0\n";
    let files = [("xtask/tidy.toml", numbers), ("crates/a/Cargo.toml", ""), ("crates/a/src/lib.rs", "x.unwrap();")];
    ratchet::bless(folder.path(), &Tree::of(&files)).unwrap();
    let written = std::fs::read_to_string(folder.path().join("xtask/tidy.toml")).unwrap();
    assert_eq!(written, "native = 0 # why\nallow = 0\nexpect_attribute = 0\nunwrap = 0\n");
}

#[test]
fn a_long_file_is_found() {
    accepts(size::check, &[("crates/a/src/lib.rs", &"x\n".repeat(400))]);
    finds(size::check, &[("crates/a/src/lib.rs", &"x\n".repeat(401))], "has 401 lines");
}

#[test]
fn a_long_function_is_found_also_inside_an_impl() {
    let function = |lines: usize| {
        format!(
            "impl A {{\n    pub(crate) async fn f(\n        x: u8,\n    ) {{\n{}    }}\n}}\n",
            "        x;\n".repeat(lines)
        )
    };
    accepts(size::check, &[("a.rs", &function(116))]);
    finds(size::check, &[("a.rs", &function(117))], "a.rs:2: this function has 121 lines");
}

#[test]
fn tests_beside_the_code_are_found() {
    accepts(size::check, &[("a.rs", "#[cfg(test)]\nmod tests;\n")]);
    finds(size::check, &[("a.rs", "#[cfg(test)]\nmod tests {\n}\n")], "a file of their own");
}

const LIB: &str = "//! About.\n#![deny(missing_docs)]\n";

#[test]
fn a_clock_or_a_file_in_a_pure_crate_is_found() {
    let manifest = ("crates/graph/Cargo.toml", "");
    let with = |body: &str| format!("{LIB}{body}\n");
    accepts(text::pure, &[manifest, ("crates/graph/src/lib.rs", &with("// std::fs is not used"))]);
    finds(text::pure, &[manifest, ("crates/graph/src/lib.rs", &with("let t = Timestamp::now();"))], "reads the clock");
    finds(text::pure, &[manifest, ("crates/graph/src/lib.rs", &with("use std::fs;"))], "reads or writes files");
    accepts(text::pure, &[("crates/store/Cargo.toml", ""), ("crates/store/src/lib.rs", &with("use std::fs;"))]);
}

#[test]
fn a_crate_that_need_not_document_itself_is_found() {
    let manifest = ("crates/graph/Cargo.toml", "");
    finds(text::pure, &[manifest, ("crates/graph/src/lib.rs", "//! About.\n")], "missing_docs");
    finds(text::pure, &[manifest, ("crates/graph/src/lib.rs", "#![deny(missing_docs)]\n")], "must open with");
}

#[test]
fn a_library_that_prints_is_found() {
    let with = |name, body| [(name, ""), ("crates/a/src/lib.rs", body)];
    accepts(text::silent, &with("crates/a/Cargo.toml", "/// println!(\"x\")\nwriteln!(f, \"x\")\n"));
    finds(text::silent, &with("crates/a/Cargo.toml", "    println!(\"x\");\n"), "a library prints nothing");
    finds(text::silent, &with("crates/a/Cargo.toml", "if x { eprintln!(\"x\") }\n"), "a library prints nothing");
}

#[test]
fn a_test_that_sleeps_is_found() {
    accepts(text::sleepless, &[("crates/a/src/lib.rs", "clock.sleep(wait).await;\n")]);
    finds(text::sleepless, &[("crates/a/tests/x.rs", "tokio::time::sleep(wait).await;\n")], "no test sleeps");
    finds(text::sleepless, &[("crates/a/src/b/tests.rs", "clock.sleep(wait).await;\n")], "no test sleeps");
    finds(text::sleepless, &[("tests/aws/test_x.py", "time.sleep(1)\n")], "no test sleeps");
}

#[test]
fn a_scan_that_makes_a_write_grant_is_found() {
    let engine = |body| [("crates/engine/Cargo.toml", ""), ("crates/engine/src/lib.rs", body)];
    accepts(text::write_grants, &engine("// a WriteGrant is never made here\n"));
    finds(text::write_grants, &engine("let all = cloud::grant::approve(calls);\n"), "only `remedy`");
    let remedy = [("crates/remedy/Cargo.toml", ""), ("crates/remedy/src/lib.rs", "cloud::grant::approve(calls)\n")];
    accepts(text::write_grants, &remedy);
}

#[test]
fn leftovers_are_found() {
    accepts(text::leftovers, &[("a.md", "cd into your home folder; see docs/todo-lists.md\n")]);
    finds(text::leftovers, &[("a.md", &["see /ro", "ot/x"].concat())], "path of one machine");
    finds(text::leftovers, &[("a.toml", &["x = \"/Us", "ers/me\""].concat())], "path of one machine");
    finds(text::leftovers, &[("a.md", &["see ..", "/shared/design"].concat())], "outside the project");
    finds(text::leftovers, &[("a.rs", &["// TO", "DO: more"].concat())], "finish it");
}

const PAGE: &str = "```toml\ntype = \"t\"\nobjective = \"o\"\naliases = [\"aws-s3-old\"]\n```\n# T\n```rule\npass when x\n```\n## Examples\n### pass: a\n### fail: b\n### unknown: c\n";

#[test]
fn an_id_used_twice_is_found() {
    accepts(catalogue::ids, &[("catalog/checks/aws/s3/new.md", PAGE)]);
    let twice = [("catalog/checks/aws/s3/new.md", PAGE), ("catalog/checks/aws/s3/old.md", "")];
    finds(catalogue::ids, &twice, "`aws-s3-old` already names");
    let folders = [("catalog/checks/aws/s3-x/y.md", ""), ("catalog/checks/aws/s3/x-y.md", "")];
    finds(catalogue::ids, &folders, "`aws-s3-x-y` already names");
}

#[test]
fn a_type_that_its_path_contradicts_is_found() {
    accepts(catalogue::ids, &[("catalog/types/aws/s3/bucket.toml", "type = \"aws.s3.bucket\"\n")]);
    finds(catalogue::ids, &[("catalog/types/aws/s3/bucket.toml", "type = \"aws.s3.buckets\"\n")], "as its path does");
}

#[test]
fn a_published_id_that_is_lost_is_found() {
    let page = ("catalog/checks/aws/s3/new.md", PAGE);
    accepts(catalogue::ids, &[page, ("catalog/published.txt", "# why\naws-s3-new\naws-s3-old\n")]);
    finds(catalogue::ids, &[page, ("catalog/published.txt", "aws-s3-older\n")], "`aws-s3-older` was published");
}

#[test]
fn a_missing_example_is_found() {
    accepts(catalogue::examples, &[("catalog/checks/a.md", PAGE)]);
    finds(catalogue::examples, &[("catalog/checks/a.md", &PAGE.replace("### unknown: c", ""))], "### unknown");
    finds(catalogue::examples, &[("catalog/checks/a.md", &PAGE.replace("### fail: b", ""))], "### fail");
    finds(
        catalogue::examples,
        &[("catalog/checks/a.md", &PAGE.replace("pass when", "applies when y\npass when"))],
        "### not applicable",
    );
}

#[test]
fn an_objective_undefined_or_unserved_is_found() {
    let page = ("catalog/checks/a.md", PAGE);
    accepts(catalogue::objectives, &[page, ("catalog/objectives.toml", "[objectives]\no = \"O\"\n")]);
    finds(catalogue::objectives, &[page, ("catalog/objectives.toml", "[objectives]\n")], "`o` is not in");
    let two = ("catalog/objectives.toml", "[objectives]\no = \"O\"\np = \"P\"\n");
    finds(catalogue::objectives, &[page, two], "no check serves `p`");
    finds(catalogue::objectives, &[("catalog/checks/a.md", "")], "names no objective");
}

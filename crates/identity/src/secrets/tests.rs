//! The secrets book: what is and what is not a secret; scrubbing; laws.
//!
//! No text here is a live credential. `·` is taken out before use, so that this file itself holds none.

use proptest::prelude::*;
use resource::Value;

use super::detectors as detectors_of_the_program;
use super::*;

/// Variables of an environment (`NAME=value`) that are secrets, with the detector that says so.
const SECRET_VARIABLES: [(&str, &str); 26] = [
    ("AWS_ACCESS_KEY_ID=AKIA·QYLPMN5HFIQR7XYA", "aws-access-key"),
    ("AWS_SECRET_ACCESS_KEY=8hX2kQ0vZs·L1pYwR7nTfUbGmJdC4eAo6iKqN9rVt", "aws-secret-key"),
    (
        "STORAGE=DefaultEndpointsProtocol=https;AccountName=a;AccountKey=k7J/2mQ0·pXvZsL1YwR7nTfUbGmJdC4eAo6iKqN9rVtH8hX2kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rVtB5w==",
        "azure-storage-key",
    ),
    (
        "BUS=Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=k7J2mQ0pXvZs·L1YwR7nTfUbGmJdC4eAo6iKqN9rVtH8=",
        "azure-shared-access",
    ),
    ("CLIENT=q7R8Q·~vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rVt", "azure-client-secret"),
    ("MAPS=AIza·SyB3kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iKq", "gcp-api-key"),
    ("OAUTH=GOCSPX·-3kQ0vZsL1pYwR7nTfUbGmJdC4eAo", "gcp-oauth-secret"),
    ("CI=ghp·_3kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rV", "github-token"),
    ("CI=glpat·-3kQ0vZsL1pYwR7nTfUbG", "gitlab-token"),
    ("BOT=xoxb·-123456789012-1234567890123-3kQ0vZsL1pYwR7nTfUbGmJdC", "slack-token"),
    ("HOOK=https://hooks.slack.com/services/T0·1ABCDEF/B01ABCDEF/3kQ0vZsL1pYwR7nTfUbGmJdC", "slack-webhook"),
    ("PAY=sk_li·ve_3kQ0vZsL1pYwR7nTfUbGmJdC", "stripe-key"),
    ("MAIL=SG·.3kQ0vZsL1pYwR7nTfUbGmJ.dC4eAo6iKqN9rVtH8hX2kQ0vZsL1pYwR7nTfUbGmJdC", "sendgrid-key"),
    ("PKG=npm·_3kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rV", "npm-token"),
    ("MODEL=sk-ant·-api03-3kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rVtH8hX2kQ0vZs", "anthropic-key"),
    ("HUB=dckr·_pat_3kQ0vZsL1pYwR7nTfUbGmJdC4eA", "docker-token"),
    ("VAULT=hvs·.CAESIJ3kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iK", "vault-token"),
    (
        "SESSION=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9·.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkoifQ.3kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rVtH8hX2k",
        "jwt",
    ),
    ("DATABASE_URL=postgres://app:s3cr·3tPazz@db.internal:5432/app", "url-credentials"),
    ("CONNECTION=Server=db;Database=app;User Id=app;Password=s3cr·3tPazz;", "connection-string"),
    ("HEADER=Authorization: Bearer 3kQ0vZsL1pYwR7nTfU·bGmJdC4eAo6iKqN9rVt", "http-authorization"),
    ("DB_PASSWORD=hunter·2!", "named-secret"),
    ("DB_PASSWORD=password", "named-secret"),
    ("API_TOKEN=3kQ0vZsL1pYwR7·nTfUbG", "named-secret"),
    ("clientSecret=9f8e7d6c5b4a·39281706f5e4d3c2b1a0", "named-secret"),
    ("ENCRYPTION_KEY=c2VjcmV0IGtleSBv·ZiAzMiBieXRlcyE=", "named-secret"),
];

/// Variables that look like secrets and are none.
const HARMLESS_VARIABLES: [&str; 51] = [
    "NEXTAUTH_SECRET=${{ secrets.NEXTAUTH }}",
    "DB_PASSWORD=ENC[AES256_GCM,data:3kQ0vZsL1pYwR7nTfUbG]",
    "DB_PASSWORD=AQICAHhk0vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rVtH8hX2kQ0vZs",
    "PASSWORD=string",
    "passwd=compat",
    "SECRET_ROTATION_FUNCTION=app-rotation-fn",
    "CLIENT_SECRET_EXPIRES_AT=1700000000",
    "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7·EXAMPLE",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCY·EXAMPLEKEY",
    "DB_PASSWORD={{resolve:secretsmanager:prod/db:SecretString:password}}",
    "DB_PASSWORD=arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf",
    "DB_PASSWORD=${DB_PASSWORD}",
    "DB_PASSWORD=$DB_PASSWORD",
    "DB_PASSWORD=%DB_PASSWORD%",
    "DB_PASSWORD=<your password>",
    "DB_PASSWORD=changeme",
    "DB_PASSWORD=********",
    "DB_PASSWORD=xxxxxxxx",
    "DB_PASSWORD=",
    "DB_PASSWORD=/prod/db/password",
    "DB_PASSWORD_SECRET_ARN=arn:aws:secretsmanager:eu-west-1:111122223333:secret:db",
    "DB_SECRET_NAME=prod/app/database-credentials",
    "PASSWORD_MIN_LENGTH=14",
    "PASSWORD_FILE=/run/secrets/db-password",
    "TOKEN_URL=https://login.corp.net/oauth2/token",
    "TOKEN_TTL_SECONDS=86400",
    "SECRET_ID=prod-db-credentials-x7Kq",
    "API_KEY_ID=a1b2c3d4e5f6a7b8",
    "KMS_KEY_ID=1234abcd-12ab-34cd-56ef-1234567890ab",
    "PUBLIC_KEY=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo",
    "SECRETS_MANAGER_ENDPOINT=https://secretsmanager.eu-west-1.amazonaws.com",
    "AUTH_ENABLED=true",
    "SECRET_STORE=aws-secrets-manager",
    "TOKEN_ISSUER=https://issuer.corp.net/9f8e7d6c5b4a3928",
    "MAX_TOKENS=4096",
    "TOKENIZER_MODEL=bert-base-multilingual-cased-v2",
    "CACHE_KEY_PREFIX=orders-v2-cache-prefix",
    "PRIMARY_KEY_COLUMN=customer_identifier",
    "IMAGE=111122223333.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0",
    "COMMIT=9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c",
    "DATABASE_URL=postgres://db.internal:5432/app",
    "DATABASE_URL=postgres://app:${DB_PASSWORD}@db.internal:5432/app",
    "DATABASE_URL=postgres://app:<password>@db.internal:5432/app",
    "PROXY=http://proxy.corp.net:3128",
    "BUCKET=s3://app-prod-assets/config",
    "QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/111122223333/app-tokens",
    "FEATURE=password-reset-by-email",
    "COGNITO_POOL=eu-west-1_AbCdEfGhI",
    "SECRET_PARAMETER=/prod/app/token",
    "NODE_OPTIONS=--max-old-space-size=4096",
    "DB_PASSWORD=vault:secret/data/prod#password",
];

fn real(text: &str) -> String {
    text.replace('·', "")
}

fn variables(text: &str) -> Value {
    let text = real(text);
    let (name, value) = text.split_once('=').expect("NAME=value");
    Value::map([(name, Value::from(value))])
}

fn found(value: &Value) -> Vec<(Option<String>, i64, String)> {
    let all = of_value("place", value, &Settings::default());
    let text = |item: &Value, name: &str| item.get(name).as_str().map(str::to_owned);
    all.items()
        .iter()
        .map(|item| {
            (text(item, "name"), item.get("line").as_int().unwrap_or(0), text(item, "detector").unwrap_or_default())
        })
        .collect()
}

fn told(value: &Value) -> Vec<String> {
    found(value).into_iter().map(|(_, _, detector)| detector).collect()
}

fn every_text() -> Vec<Value> {
    let variable_texts = SECRET_VARIABLES.iter().map(|(text, _)| *text).chain(HARMLESS_VARIABLES);
    variable_texts.flat_map(|text| [variables(text), Value::from(real(text))]).collect()
}

#[test]
fn every_expression_of_the_table_compiles() {
    let text = catalog::embedded("data/secret-detectors.toml").expect("the table is embedded");
    let table = Detectors::parse(text).expect("the table loads");
    let ids: std::collections::BTreeSet<Arc<str>> = detectors_of_the_program().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), table.list.len() + 1, "ids are unique");
    assert!(ids.len() >= 40, "{}", ids.len());
    for detector in &table.list {
        assert!(detector.patterns().is_some(), "{}", detector.id);
    }
}

#[test]
fn secrets_in_variables_are_found_by_the_detector_that_knows_them() {
    let wrong: Vec<String> = SECRET_VARIABLES
        .iter()
        .filter_map(|(text, detector)| {
            let told = told(&variables(text));
            (told != [*detector]).then(|| format!("{text}: expected {detector}, found {told:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn values_that_only_look_like_secrets_are_left_alone() {
    let wrong: Vec<String> = HARMLESS_VARIABLES
        .iter()
        .flat_map(|text| [variables(text), Value::from(real(text)), Value::from(format!("export {}", real(text)))])
        .filter_map(|value| {
            let told = told(&value);
            (!told.is_empty()).then(|| format!("{value:?}: {told:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The book's lines: what is expected, and the variable.
fn book() -> Vec<(&'static str, &'static str)> {
    let text = include_str!("../../tests/book/secrets.txt");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(" | ").expect("a verdict and a variable")).collect()
}

#[test]
fn every_line_of_the_book_is_judged_as_it_says() {
    let mut wrong = Vec::new();
    for (verdict, text) in book() {
        let expected: Vec<&str> = Some(verdict).into_iter().filter(|verdict| *verdict != "no").collect();
        let variable = told(&variables(text));
        let script = told(&Value::from(format!("#!/bin/sh\nexport {}\n", real(text))));
        if variable != expected {
            wrong.push(format!("{text}: expected {expected:?}, found {variable:?}"));
        }
        if script.is_empty() != expected.is_empty() {
            wrong.push(format!("in a script, {text}: expected {expected:?}, found {script:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let secret = book().iter().filter(|(verdict, _)| *verdict != "no").count();
    assert!(secret >= 80 && book().len() - secret >= 100, "{secret} of {}", book().len());
}

#[test]
fn no_value_of_the_book_is_left_after_scrubbing_or_told() {
    for (verdict, text) in book().into_iter().filter(|(verdict, _)| *verdict != "no") {
        let (of, value) = (a_type(), variables(text));
        let mut document = Value::map([("Variables", value.clone())]);
        let fact = of_document(&of, &document, &Settings::default());
        scrub(&of, &mut document);
        // What follows the cut in the text is the token itself.
        let token = text.split_once('·').map_or("", |(_, rest)| rest.get(..6).unwrap_or(rest));
        assert!(!token.is_empty() && value.to_json().contains(token), "{text}");
        assert!(!document.to_json().contains(token), "{verdict}: {}", document.to_json());
        assert!(!fact.to_json().contains(token));
        assert_eq!(fact, of_document(&of, &document, &Settings::default()), "{text}");
    }
}

#[test]
fn secrets_in_scripts_are_found_with_their_line() {
    let script = real(
        "#!/bin/bash\nset -e\nexport DB_PASSWORD='hunter·2!x'\naws configure set aws_secret_access_key 8hX2\n\
         curl -u admin:s3cr·3tPazz https://x.corp.net\nmysql -u root -pS3cr·3tPazz app\nAPI_KEY=\"3kQ0vZsL1p·YwR7nTfUbG\"\n\
         password: s3cr·3tPazz9\n{\"token\": \"3kQ0vZsL1p·YwR7nTfUbG\"}\necho done\n",
    );
    let lines: Vec<i64> = found(&Value::from(script)).into_iter().map(|(_, line, _)| line).collect();
    assert_eq!(lines, [3, 5, 6, 7, 8, 9]);
}

#[test]
fn a_private_key_is_one_secret_and_a_search_for_one_is_none() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n".repeat(3);
    let key = format!(
        "a\n-----BEGIN RSA PRIVATE{} KEY-----\n{body}-----END RSA PRIVATE KEY-----\nTOKEN=3kQ0vZsL1pYwR7nTfUbG\n",
        ""
    );
    assert_eq!(
        found(&Value::from(key.as_str())).iter().map(|(_, line, id)| (*line, id.as_str())).collect::<Vec<_>>(),
        [(2, "private-key"), (7, "named-secret")]
    );
    let one_line = format!(r#"{{"private_key": "{}"}}"#, key.replace('\n', "\\n"));
    assert!(told(&Value::from(one_line)).contains(&"private-key".to_owned()));
    let search = format!("if grep -q '-----BEGIN {}PRIVATE KEY-----' file; then exit 1; fi", "");
    assert!(told(&Value::from(search)).is_empty());
}

#[test]
fn name_and_value_lists_and_nested_objects_keep_their_names() {
    let list = Value::from_json(&real(
        r#"[{"name": "MODE", "value": "fast"}, {"name": "DB_PASSWORD", "value": "hunter·2!"},
            {"Name": "API_TOKEN", "Value": "3kQ0vZsL1p·YwR7nTfUbG"}, {"nested": {"client_secret": "9f8e7d6c5b4a·39281706f5e4"}}]"#,
    ))
    .expect("JSON");
    let names: Vec<String> = found(&list).into_iter().filter_map(|(name, _, _)| name).collect();
    assert_eq!(names, ["API_TOKEN", "DB_PASSWORD", "client_secret"]);
}

#[test]
fn an_ignored_name_is_not_a_secret() {
    let settings = Value::from_json(r#"{"ignored_secret_names": ["DB_PASSWORD"]}"#).expect("JSON");
    let settings = Settings::new(&settings, "111122223333", "aws");
    let value = variables("db_password=hunter·2!");
    assert!(of_value("variable", &value, &settings).items().is_empty());
    let mut script = Value::map([(
        "Variables",
        Value::from(real("x\n\"DB_PASSWORD\": \"hunter·2!\"\nAPI_TOKEN=3kQ0vZsL1p·YwR7nTfUbG")),
    )]);
    let before = of_document(&a_type(), &script, &settings);
    assert_eq!(before.items().len(), 1);
    assert_eq!(scrub(&a_type(), &mut script).len(), 2, "scrubbing knows no settings");
    assert_eq!(of_document(&a_type(), &script, &settings), before, "and yet the name stays ignored");
}

#[test]
fn holes_and_texts_that_are_too_long_leave_the_answer_open() {
    let open = |value: &Value| match of_value("place", value, &Settings::default()) {
        Value::List(list) => list.open.map(|hole| hole.why),
        _ => None,
    };
    assert_eq!(open(&Value::from_json(r#"{"A": {"?": "denied"}}"#).expect("JSON")), Some(Why::Denied));
    assert_eq!(open(&Value::from("x".repeat(scan::MAX_TEXT + 1))), Some(Why::Failed));
    assert_eq!(open(&Value::from("x".repeat(64))), None);
}

fn a_type() -> ResourceType {
    toml::from_str(
        "type = \"aws.x.y\"\ntitle = \"X\"\nscope = \"region\"\nid = \"{self.A}\"\nname = \"self.A\"\n[singleton]\n\
         [[secret]]\nplace = \"variable\"\nat = \"Variables\"\n[[secret]]\nplace = \"user data\"\nat = \"Items[].Text\"\n",
    )
    .expect("a type")
}

#[test]
fn scrubbing_takes_the_secrets_out_and_leaves_the_fact_as_it_was() {
    let of = a_type();
    let secret = real("hunter·2!");
    let mut document = Value::map([
        ("A", Value::from(secret.as_str())),
        ("Variables", variables("DB_PASSWORD=hunter·2!")),
        ("Items", Value::list(vec![Value::map([("Text", Value::from(real("x\ntoken = 3kQ0vZsL1p·YwR7nTfUbG\ny")))])])),
    ]);
    let before = of_document(&of, &document, &Settings::default());
    let found = scrub(&of, &mut document);
    assert_eq!(found.len(), 2);
    assert_eq!(before, of_document(&of, &document, &Settings::default()));
    assert_eq!(document.get("A").as_str(), Some(&*secret), "other places are not touched");
    let text = document.to_json();
    assert!(!text.contains("3kQ0vZsL1p") && text.contains("«secret: named-secret»"), "{text}");
    assert!(!document.get("Variables").to_json().contains(&secret));
    let again = scrub(&of, &mut document.clone());
    assert_eq!(found, again, "scrubbing twice changes nothing");
}

#[test]
fn what_was_too_long_to_search_is_not_kept() {
    let of = a_type();
    let mut document = Value::map([("Variables", Value::map([("BIG", Value::from("x".repeat(scan::MAX_TEXT + 1)))]))]);
    let before = of_document(&of, &document, &Settings::default());
    assert!(scrub(&of, &mut document).is_empty());
    assert_eq!(before, of_document(&of, &document, &Settings::default()));
    assert!(document.to_json().len() < 200);
}

#[test]
fn scrubbing_is_stable_for_every_text_of_the_book() {
    for value in every_text() {
        let of = a_type();
        let mut document = Value::map([("Variables", value.clone())]);
        let before = of_document(&of, &document, &Settings::default());
        scrub(&of, &mut document);
        assert_eq!(before, of_document(&of, &document, &Settings::default()), "{value:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Texts made of pieces that detectors look for, so that matches touch and overlap.
    #[test]
    fn nothing_found_is_left_after_scrubbing(pieces in prop::collection::vec(0..14_usize, 0..10)) {
        const PIECES: [&str; 14] = [
            "password=", "token: ", "AKIA·QYLPMN5HFIQR7XYA", "«secret: jwt»", "«", "»", "\n", " ", "3kQ0vZsL1pYwR7·nTfUbG",
            "\"", "https://u:s3cr·3t@h/", "-----BEGIN PRIVATE· KEY-----", "ghp·_3kQ0vZsL1pYwR7nTfUbGmJdC4eAo6iKqN9rV", "=",
        ];
        let text: String = pieces.iter().map(|index| real(PIECES[*index])).collect();
        let of = a_type();
        let mut document = Value::map([("Variables", Value::from(text))]);
        let told = scrub(&of, &mut document);
        let scan = Scan { detectors: Detectors::embedded().expect("the table"), ignored_names: None };
        let left = document.get("Variables").as_str().unwrap_or_default().to_owned();
        prop_assert!(scan.matches(&left, None).is_empty(), "{left}");
        prop_assert_eq!(told.len(), of_document(&of, &document, &Settings::default()).items().len());
    }

    #[test]
    fn no_text_makes_the_scanner_panic(name in "\\PC{0,20}", text in "\\PC{0,300}") {
        let mut document = Value::map([("Variables", Value::map([(name.as_str(), Value::from(text.as_str()))]))]);
        scrub(&a_type(), &mut document);
        of_value("place", &document, &Settings::default());
    }
}

//! How the AWS CLI spells services, operations and members.
//!
//! Source: botocore's `xform_name` and awscli's table of services whose command has another name.

/// Names that the CLI spells by a table of their own (botocore, `_xform_cache`).
const SPECIAL: [(&str, &str); 8] = [
    ("CreateCachediSCSIVolume", "create-cached-iscsi-volume"),
    ("CreateStorediSCSIVolume", "create-stored-iscsi-volume"),
    ("DescribeCachediSCSIVolumes", "describe-cached-iscsi-volumes"),
    ("DescribeStorediSCSIVolumes", "describe-stored-iscsi-volumes"),
    ("ExecutePartiQLBatch", "execute-partiql-batch"),
    ("ExecutePartiQLStatement", "execute-partiql-statement"),
    ("ExecutePartiQLTransaction", "execute-partiql-transaction"),
    ("ListHITsForQualificationType", "list-hits-for-qualification-type"),
];

/// The CLI's command for a service of botocore.
pub(super) fn service(name: &str) -> &str {
    match name {
        // `aws s3` copies files; the service's own operations are here.
        "s3" => "s3api",
        "codedeploy" => "deploy",
        "config" => "configservice",
        other => other,
    }
}

/// `DBInstanceIdentifier` → `db-instance-identifier`, `GroupARNs` → `group-arns`.
pub(super) fn kebab(name: &str) -> String {
    if name.contains('-') {
        return name.to_owned();
    }
    if let Some((_, special)) = SPECIAL.iter().find(|(known, _)| *known == name) {
        return (*special).to_owned();
    }
    let letters: Vec<char> = plural_abbreviation(name).chars().collect();
    between_digits_and_capitals(&before_words(&letters)).to_lowercase()
}

/// `GroupARNs` → `Group-arns`: at least two capitals and a final `s`.
fn plural_abbreviation(name: &str) -> String {
    let Some(stem) = name.strip_suffix('s') else { return name.to_owned() };
    let capitals = stem.chars().rev().take_while(char::is_ascii_uppercase).count();
    match stem.split_at_checked(stem.len() - capitals) {
        Some((before, abbreviation)) if capitals >= 2 => format!("{before}-{}s", abbreviation.to_ascii_lowercase()),
        _ => name.to_owned(),
    }
}

/// `(.)([A-Z][a-z]+)` → `\1-\2`, from the left, without overlap.
fn before_words(letters: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(letters.len() + 8);
    let mut rest = letters;
    while let Some((first, after)) = rest.split_first() {
        out.push(*first);
        rest = after;
        let word = match after.split_first() {
            Some((capital, lower)) if capital.is_ascii_uppercase() => {
                1 + lower.iter().take_while(|letter| letter.is_ascii_lowercase()).count()
            }
            _ => 0,
        };
        if word > 1
            && let Some((word, after)) = after.split_at_checked(word)
        {
            out.push('-');
            out.extend(word);
            rest = after;
        }
    }
    out
}

/// `([a-z0-9])([A-Z])` → `\1-\2`, likewise.
fn between_digits_and_capitals(letters: &[char]) -> String {
    let mut out = String::with_capacity(letters.len() + 8);
    let mut rest = letters.iter().peekable();
    while let Some(letter) = rest.next() {
        out.push(*letter);
        let ends = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if ends && let Some(capital) = rest.next_if(|next| next.is_ascii_uppercase()) {
            out.push('-');
            out.push(*capital);
        }
    }
    out
}

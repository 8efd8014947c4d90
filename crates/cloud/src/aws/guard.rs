//! Which operations are reads.

/// What read operations' names begin with.
const READS: [&str; 7] = ["Get", "List", "Describe", "Head", "BatchGet", "Search", "Lookup"];

/// Named like reads, but what they give is a secret, a credential or stored content, which is never ours to take.
const CONTENT: [&str; 14] = [
    "cognito-identity:GetCredentialsForIdentity",
    "ec2:GetPasswordData",
    "ecr:GetAuthorizationToken",
    "ecr-public:GetAuthorizationToken",
    "codeartifact:GetAuthorizationToken",
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "redshift:GetClusterCredentials",
    "redshift-serverless:GetCredentials",
    "s3:GetObject",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sso:GetRoleCredentials",
    "sqs:GetMessage",
];

/// Writes by name that only make a report of what is there, and the one way to another account.
const ALLOWED: [&str; 2] = ["iam:GenerateCredentialReport", "sts:AssumeRole"];

/// Whether a scan may call the operation.
pub(super) fn is_read(service: &str, operation: &str) -> bool {
    let among = |calls: &[&str]| calls.iter().any(|call| call.split_once(':') == Some((service, operation)));
    if among(&ALLOWED) {
        return true;
    }
    // STS hands out credentials under names such as `GetSessionToken`.
    if service == "sts" {
        return operation == "GetCallerIdentity" || operation == "GetAccessKeyInfo";
    }
    READS.iter().any(|start| starts_a_word(operation, start)) && !among(&CONTENT)
}

/// `GetKey` begins with the word `Get`, `Getaway` does not.
fn starts_a_word(operation: &str, word: &str) -> bool {
    operation.strip_prefix(word).is_some_and(|rest| rest.chars().next().is_some_and(|next| !next.is_ascii_lowercase()))
}

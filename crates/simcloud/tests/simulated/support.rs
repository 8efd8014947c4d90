//! A small estate behind a running simulator, and a client that shows what comes over the wire.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use catalog::Catalog;
use catalog::api::wire::{self, ErrorAnswer, Headers, Request};
use resource::Value;
use simcloud::{Estate, Handle, Options, Rules, Simulator};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const KEY: &str = "AKIASIMTESTS00000001";

const SETTINGS: &str = r#"
regions = ["eu-west-1", "eu-central-1", "us-east-1"]
[organization]
id = "o-a1b2c3d4e5"
management = "111122223333"
email = "cloud@larkfield.example"
[[account]]
id = "111122223333"
name = "Main"
caller = "arn:aws:iam::111122223333:user/plumb"
access_key = "AKIASIMTESTS00000001"
secret_key = "secret"
[[account]]
id = "444455556666"
name = "Second"
caller = "arn:aws:iam::444455556666:user/plumb"
access_key = "AKIASIMTESTS00000002"
secret_key = "secret"
[[account.role]]
arn = "arn:aws:iam::444455556666:role/audit"
external_id = "x-1"
"#;

const BUCKETS: &str = r#"
{"Name":"assets","BucketRegion":"eu-west-1","CreationDate":"2024-01-02T03:04:05Z","Acl":{"Owner":{"ID":"me"},"Grants":[]},"Versioning":{},"Policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::assets/*"}]},"PolicyStatus":{"IsPublic":true}}
{"Name":"backups","BucketRegion":"eu-central-1","CreationDate":"2024-01-02T03:04:05Z","Acl":{"Owner":{"ID":"me"},"Grants":[]},"PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}}
{"Name":"exports","BucketRegion":"us-east-1","CreationDate":"2024-01-02T03:04:05Z","Policy":{"?":"denied"}}
"#;
const OTHER_BUCKET: &str = r#"{"Name":"elsewhere","BucketRegion":"eu-west-1","CreationDate":"2024-01-02T03:04:05Z"}"#;

const USERS: &str = r#"
{"Path":"/","UserName":"ada","UserId":"AIDA1","Arn":"arn:aws:iam::111122223333:user/ada","CreateDate":"2024-01-02T03:04:05Z","GroupList":[],"AttachedManagedPolicies":[],"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[]}}],"AccessKeys":[{"UserName":"ada","AccessKeyId":"AKIA1","Status":"Active","CreateDate":"2024-01-02T03:04:05Z","AccessKeyLastUsed":{"ServiceName":"s3","Region":"eu-west-1","LastUsedDate":"2026-01-02T03:04:05Z"}},{"UserName":"ada","AccessKeyId":"AKIA2","Status":"Inactive","CreateDate":"2024-01-02T03:04:05Z","AccessKeyLastUsed":{"ServiceName":"N/A","Region":"N/A"}}],"CredentialReport":{"user":"ada","arn":"arn:aws:iam::111122223333:user/ada","mfa_active":"false"}}
{"Path":"/","UserName":"bob","UserId":"AIDA2","Arn":"arn:aws:iam::111122223333:user/bob","CreateDate":"2024-01-02T03:04:05Z","GroupList":[],"AttachedManagedPolicies":[],"AccessKeys":[],"LoginProfile":{"UserName":"bob","CreateDate":"2024-01-02T03:04:05Z","PasswordResetRequired":false},"CredentialReport":{"user":"bob","arn":"arn:aws:iam::111122223333:user/bob","mfa_active":"true"}}
"#;
const POLICIES: &str = r#"{"PolicyName":"deploy","PolicyId":"ANPA1","Arn":"arn:aws:iam::111122223333:policy/deploy","Path":"/","DefaultVersionId":"v1","AttachmentCount":1,"CreateDate":"2024-01-02T03:04:05Z","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"CreateDate":"2024-01-02T03:04:05Z","Document":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}}]}"#;

const INSTANCES: &str = r#"
{"InstanceId":"i-1","InstanceType":"t4g.micro","State":{"Name":"running","Code":16},"UserData":{"Value":"echo one\n"},"SecurityGroups":[{"GroupId":"sg-1","GroupName":"a"}],"Tags":[{"Key":"Name","Value":"one"},{"Key":"a","Value":"1"},{"Key":"b","Value":"2"},{"Key":"c","Value":"3"},{"Key":"d","Value":"4"}]}
{"InstanceId":"i-2","InstanceType":"t4g.micro","State":{"Name":"running","Code":16},"UserData":{}}
{"InstanceId":"i-3","InstanceType":"t4g.micro","State":{"Name":"running","Code":16},"UserData":{"Value":"echo three!\n"}}
"#;

const KMS: &str = r#"
{"KeyId":"k-1","KeyArn":"arn:aws:kms:eu-west-1:111122223333:key/k-1","Arn":"arn:aws:kms:eu-west-1:111122223333:key/k-1","KeyManager":"CUSTOMER","KeySpec":"SYMMETRIC_DEFAULT","Origin":"AWS_KMS","Enabled":true,"Aliases":[{"AliasName":"alias/one","AliasArn":"arn:aws:kms:eu-west-1:111122223333:alias/one"}],"Rotation":{"KeyRotationEnabled":true},"Policy":{"Version":"2012-10-17","Statement":[]},"Grants":[],"Tags":[]}
{"KeyId":"k-2","KeyArn":"arn:aws:kms:eu-west-1:111122223333:key/k-2","Arn":"arn:aws:kms:eu-west-1:111122223333:key/k-2","KeyManager":"CUSTOMER","KeySpec":"ECC_NIST_P256","Origin":"AWS_KMS","Enabled":true,"Rotation":{"?":"unsupported"},"Policy":{"Version":"2012-10-17","Statement":[]},"Grants":[],"Tags":[]}
"#;

const CLUSTERS: &str = r#"
{"clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/one","clusterName":"one","status":"ACTIVE","defaultCapacityProviderStrategy":[{"capacityProvider":"A","weight":1},{"capacityProvider":"B","weight":2},{"capacityProvider":"C","weight":3},{"capacityProvider":"D","weight":4}],"capacityProviders":["A","B","C","D"]}
{"clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/two","clusterName":"two","status":"ACTIVE"}
"#;
const TRAIL: &str = r#"{"Name":"main","TrailARN":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/main","HomeRegion":"eu-west-1","S3BucketName":"assets","IsMultiRegionTrail":true,"Status":{"IsLogging":true},"EventSelectors":[],"TagsList":[{"Key":"team","Value":"platform"}]}"#;
const FUNCTION: &str = r#"{"FunctionName":"f","FunctionArn":"arn:aws:lambda:eu-west-1:111122223333:function:f","Runtime":"python3.13","Tags":{},"FunctionUrlConfigs":[]}"#;
const PREFIX_LIST: &str = r#"{"PrefixListId":"pl-1","PrefixListName":"offices","PrefixListArn":"arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1","OwnerId":"111122223333","Entries":[{"Cidr":"10.0.0.0/8"},{"Cidr":"192.0.2.0/24"},{"Cidr":"198.51.100.0/24"}]}"#;

/// The estate's files.
pub(crate) fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("estate.toml", SETTINGS),
        ("111122223333/global/aws.s3.bucket.jsonl", BUCKETS),
        ("444455556666/global/aws.s3.bucket.jsonl", OTHER_BUCKET),
        ("111122223333/global/aws.iam.user.jsonl", USERS),
        ("111122223333/global/aws.iam.policy.jsonl", POLICIES),
        ("111122223333/eu-west-1/aws.ec2.instance.jsonl", INSTANCES),
        ("111122223333/eu-west-1/aws.kms.key.jsonl", KMS),
        ("111122223333/eu-west-1/aws.ecs.cluster.jsonl", CLUSTERS),
        ("111122223333/eu-west-1/aws.cloudtrail.trail.jsonl", TRAIL),
        ("111122223333/eu-west-1/aws.lambda.function.jsonl", FUNCTION),
        ("111122223333/eu-west-1/aws.ec2.prefix-list.jsonl", PREFIX_LIST),
    ]
}

/// A running simulator.
pub(crate) struct Cloud {
    pub(crate) handle: Handle,
    catalog: Arc<Catalog>,
    _runtime: tokio::runtime::Runtime,
}

/// What came over the wire.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body is as long as its header promised.
    pub(crate) complete: bool,
}

/// Who asks, when and with what.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) key: String,
    pub(crate) token: Option<String>,
    pub(crate) date: jiff::Timestamp,
}

impl Default for Asker {
    fn default() -> Self {
        Asker { key: KEY.to_owned(), token: None, date: jiff::Timestamp::now() }
    }
}

pub(crate) fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

impl Cloud {
    pub(crate) fn new(rules: &str) -> Cloud {
        Cloud::with(rules, Estate::from_files(files().into_iter().map(|(name, text)| (name, text.as_bytes()))).unwrap())
    }

    pub(crate) fn with(rules: &str, estate: Estate) -> Cloud {
        Cloud::of(Catalog::embedded().map_err(|errors| errors[0].clone()).unwrap(), rules, estate)
    }

    pub(crate) fn of(catalog: Catalog, rules: &str, estate: Estate) -> Cloud {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let catalog = Arc::new(catalog);
        let options = Options { keep_requests: true, ..Options::default() };
        let start = Simulator::start(catalog.clone(), estate, Rules::parse(rules).unwrap(), options);
        let handle = runtime.block_on(start).unwrap();
        Cloud { handle, catalog, _runtime: runtime }
    }

    /// The answer's document, or the error.
    pub(crate) fn ask(&self, call: &str, region: &str, input: &str) -> Result<Value, ErrorAnswer> {
        self.ask_as(&Asker::default(), call, region, input)
    }

    pub(crate) fn ask_as(&self, asker: &Asker, call: &str, region: &str, input: &str) -> Result<Value, ErrorAnswer> {
        let raw = self.raw(asker, call, region, input).unwrap();
        let (model, operation) = self.catalog.api().call(call).unwrap();
        if raw.status >= 300 {
            return Err(wire::decode_error(&model, raw.status, &raw.headers, &raw.body));
        }
        Ok(wire::decode_response(&model, &operation, raw.status, &raw.headers, &raw.body).unwrap())
    }

    /// The code of the error that a call gives.
    #[track_caller]
    pub(crate) fn code(&self, call: &str, region: &str, input: &str) -> String {
        match self.ask(call, region, input) {
            Err(error) => error.code,
            Ok(value) => panic!("{call} answered {}", value.to_json()),
        }
    }

    pub(crate) fn raw(&self, asker: &Asker, call: &str, region: &str, input: &str) -> std::io::Result<Raw> {
        let (model, operation) = self.catalog.api().call(call).unwrap();
        let request = wire::encode_request(&model, &operation, &json(input)).unwrap();
        self.send(asker, &model.metadata.signing_name, region, request)
    }

    /// Sends a request with a header that looks signed.
    pub(crate) fn send(
        &self,
        asker: &Asker,
        service: &str,
        region: &str,
        mut request: Request,
    ) -> std::io::Result<Raw> {
        let date = asker.date.strftime("%Y%m%dT%H%M%SZ").to_string();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}/{region}/{service}/aws4_request, SignedHeaders=host;x-amz-date, Signature={}",
            asker.key,
            &date[..8],
            "0".repeat(64)
        );
        request.headers.push(("Authorization".into(), authorization));
        request.headers.push(("X-Amz-Date".into(), date));
        request.headers.extend(asker.token.iter().map(|token| ("X-Amz-Security-Token".into(), token.clone())));
        self.transfer(&request)
    }

    /// Sends a request as it stands.
    pub(crate) fn transfer(&self, request: &Request) -> std::io::Result<Raw> {
        let address = self.handle.url().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address)?;
        let query = request.query_string();
        let target = if query.is_empty() { request.path.clone() } else { format!("{}?{query}", request.path) };
        let mut head = format!("{} {target} HTTP/1.1\r\nconnection: close\r\n", request.method);
        if request.headers.header("host").is_none() {
            head.push_str(&format!("host: {address}\r\n"));
        }
        for (name, value) in &request.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
        stream.write_all(head.as_bytes())?;
        stream.write_all(&request.body)?;
        let mut bytes = Vec::new();
        // A cut answer ends in an error or early; what came before it counts.
        let ended = stream.read_to_end(&mut bytes);
        read(&bytes).ok_or_else(|| ended.err().unwrap_or(std::io::ErrorKind::UnexpectedEof.into()))
    }
}

fn read(bytes: &[u8]) -> Option<Raw> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = bytes[end + 4..].to_vec();
    let length: usize = headers.header("content-length")?.parse().ok()?;
    Some(Raw { status, complete: body.len() == length, headers, body })
}

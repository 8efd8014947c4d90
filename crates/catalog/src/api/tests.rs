use std::path::Path;

use expr::Type;
use resource::{Path as MemberPath, Value};

use super::wire::{self, Request, WireError};
use super::*;

fn api() -> ApiIndex {
    ApiIndex::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/api/aws")))
}

fn services() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog/api/aws");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|name| !["endpoints", "actions", "published"].contains(&name.as_str()))
        .collect()
}

fn path(text: &str) -> MemberPath {
    MemberPath::parse(text).unwrap()
}

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap()
}

#[test]
fn every_model_loads_and_every_call_has_known_actions_and_a_schema() {
    let api = api();
    let mut calls = Vec::new();
    for service in services() {
        let model = api.service(&service).unwrap();
        for operation in model.operations() {
            calls.push(format!("{service}:{}", operation.name));
            for shape in operation.input.into_iter().chain(operation.output) {
                assert!(matches!(model.schema(shape), Type::Object(_)), "{service}:{}", operation.name);
            }
            for result in operation.pagination.iter().flat_map(|pagination| &pagination.results) {
                model.shape_at(operation.output.unwrap(), result).unwrap();
            }
        }
    }
    assert!(calls.len() > 50, "only {} calls", calls.len());
    assert_eq!(permissions::check(&api, calls.iter().map(String::as_str)), []);
}

#[test]
fn unknown_names_are_errors_that_name_the_nearest() {
    let api = api();
    let says = |call: &str| api.call(call).unwrap_err().to_string();
    assert!(says("s3:ListBucket").contains("did you mean `ListBuckets`"), "{}", says("s3:ListBucket"));
    assert!(says("kmss:ListKeys").contains("did you mean `kms`"), "{}", says("kmss:ListKeys"));
    assert!(says("ListKeys").contains("write `service:Operation`"));
    for name in ["endpoints:X", "../s3:ListBuckets", "actions:X", ":X"] {
        assert!(matches!(api.call(name), Err(ApiError::Service { .. })), "{name}");
    }
    let (model, operation) = api.call("ec2:DescribeInstances").unwrap();
    let wrong = model.shape_at(operation.output.unwrap(), &path("Reservations[].Instances[].ImageID")).unwrap_err();
    assert!(wrong.to_string().contains("did you mean `ImageId`"), "{wrong}");
}

#[test]
fn member_paths_lead_through_lists_and_maps() {
    let api = api();
    let shape = |call: &str, text: &str| {
        let (model, operation) = api.call(call).unwrap();
        model.shape(model.shape_at(operation.output.unwrap(), &path(text)).unwrap()).name.to_string()
    };
    assert_eq!(shape("ec2:DescribeInstances", "Reservations[].Instances[]"), "Instance");
    assert_eq!(shape("ec2:DescribeInstances", "Reservations[].Instances[].Tags[Key=Name].Value"), "String");
    assert_eq!(shape("lambda:ListFunctions", "Functions[].Environment.Variables.ANY"), "EnvironmentVariableValue");
}

#[test]
fn a_schema_knows_times_blobs_and_where_it_is_inside_itself() {
    let api = api();
    let schema = |call: &str| {
        let (model, operation) = api.call(call).unwrap();
        let Type::Object(object) = model.schema(operation.output.unwrap()) else { panic!("no object") };
        object
    };
    assert_eq!(schema("iam:GetCredentialReport").members["GeneratedTime"], Type::Timestamp);
    assert_eq!(schema("iam:GetCredentialReport").members["Content"], Type::String);
    let Type::List(bucket) = &schema("s3:ListBuckets").members["Buckets"] else { panic!("no list") };
    let Type::Object(bucket) = &**bucket else { panic!("no object") };
    assert_eq!(bucket.members["CreationDate"], Type::Timestamp);
}

#[test]
fn an_action_that_iam_lacks_is_an_error() {
    let permissions = Permissions::read(
        b"[prefixes]\n[actions]\n\"s3:ListBuckets\" = [\"s3:ListAllMyBucket\"]\n",
        br#"{"s3":{"List":["ListAllMyBuckets"],"Read":["GetBucketPolicy"]}}"#,
    )
    .unwrap();
    assert_eq!(permissions.check("s3", "GetBucketPolicy"), Ok(()));
    assert_eq!(permissions.level("s3:GetBucketPolicy"), Some("Read"));
    let error = permissions.check("s3", "ListBuckets").unwrap_err().to_string();
    assert!(error.contains("`s3:ListAllMyBucket`") && error.contains("did you mean `ListAllMyBuckets`"), "{error}");
}

#[test]
fn every_call_of_a_scan_reads_and_every_call_of_an_action_writes_by_iams_own_account_of_it() {
    let catalog = crate::Catalog::embedded().unwrap_or_else(|errors| panic!("{}", errors[0]));
    let level = |call: &crate::Call| -> Vec<String> {
        let actions = catalog.permissions(call);
        let table = catalog.api().permissions().unwrap();
        actions.iter().map(|action| table.level(action).unwrap().to_owned()).collect()
    };
    let calls = catalog.calls();
    assert!(calls.len() > 50, "only {} calls", calls.len());
    for call in &calls {
        assert!(level(call).iter().all(|level| level == "List" || level == "Read"), "{call} is {:?}", level(call));
    }
    for call in catalog.actions().flat_map(crate::Action::calls) {
        assert!(level(call).iter().any(|level| level != "List" && level != "Read"), "{call} is {:?}", level(call));
        assert!(!calls.contains(call), "{call} is made by a scan");
    }
}

#[test]
fn pages_follow_tokens_alternatives_and_last_items() {
    let read = |text: &str| serde_json::from_str::<pages::RawPagination>(text).unwrap().read().unwrap();
    let objects = read(
        r#"{"input_token":"Marker","output_token":"NextMarker || Contents[-1].Key","more_results":"IsTruncated"}"#,
    );
    assert_eq!(objects.next(&json(r#"{"IsTruncated":true,"NextMarker":"n"}"#)), Some(json(r#"{"Marker":"n"}"#)));
    assert_eq!(
        objects.next(&json(r#"{"IsTruncated":true,"Contents":[{"Key":"a"},{"Key":"z"}]}"#)),
        Some(json(r#"{"Marker":"z"}"#))
    );
    assert_eq!(objects.next(&json(r#"{"IsTruncated":false,"NextMarker":"n"}"#)), None);
    assert!(objects.is_stuck(&json(r#"{"IsTruncated":true}"#)));

    let two = read(r#"{"input_token":["A","B"],"output_token":["NextA","NextB"],"result_key":["X","Y"]}"#);
    assert_eq!(two.next(&json(r#"{"NextA":"1","NextB":"2"}"#)), Some(json(r#"{"A":"1","B":"2"}"#)));
    assert_eq!(two.next(&json(r#"{"NextA":"1","NextB":""}"#)), Some(json(r#"{"A":"1"}"#)));
    assert_eq!(two.next(&json("{}")), None);
    assert!(!two.is_stuck(&json("{}")));
    assert_eq!(two.output_names(), ["NextA", "NextB"]);
    let unknown = serde_json::from_str::<pages::RawPagination>(r#"{"input_token":"A","output_token":"length(B)"}"#);
    assert!(unknown.unwrap().read().is_err(), "a paging path that we do not understand must not load");
}

#[test]
fn endpoints_know_partitions_variants_and_global_services() {
    let api = api();
    let table = api.endpoints().unwrap();
    let host = |service: &str, region: &str, fips: bool, dual_stack: bool| {
        let model = api.service(service).unwrap();
        table
            .resolve(&model, region, Variant { fips, dual_stack })
            .map(|found| (found.host, found.signing_region.to_string()))
    };
    let is = |host: &str, region: &str| Ok((host.to_owned(), region.to_owned()));
    assert_eq!(host("ec2", "eu-west-1", false, false), is("ec2.eu-west-1.amazonaws.com", "eu-west-1"));
    assert_eq!(host("kms", "cn-north-1", false, false), is("kms.cn-north-1.amazonaws.com.cn", "cn-north-1"));
    assert_eq!(host("s3", "eu-west-1", false, true), is("s3.dualstack.eu-west-1.amazonaws.com", "eu-west-1"));
    assert_eq!(host("sts", "us-east-1", true, false), is("sts-fips.us-east-1.amazonaws.com", "us-east-1"));
    assert_eq!(host("iam", "eu-west-1", false, false), is("iam.amazonaws.com", "us-east-1"));
    assert_eq!(host("iam", "us-gov-west-1", false, false), is("iam.us-gov.amazonaws.com", "us-gov-west-1"));
    assert_eq!(host("ec2", "eu-west-99", false, false), is("ec2.eu-west-99.amazonaws.com", "eu-west-99"));
    assert!(matches!(host("ec2", "atlantis", false, false), Err(ApiError::Region { .. })));
    assert!(matches!(host("ec2", "evil.example/#", false, false), Err(ApiError::Region { .. })));

    let ec2 = api.service("ec2").unwrap();
    assert!(table.is_offered(&ec2, "eu-west-1") && table.is_offered(&ec2, "eu-west-99"));
    assert!(table.is_offered(&api.service("iam").unwrap(), "eu-west-1"));
}

fn decode(call: &str, body: &str) -> Result<Value, WireError> {
    let (model, operation) = api().call(call).unwrap();
    wire::decode_response(&model, &operation, 200, &Vec::new(), body.as_bytes())
}

const VOLUMES: &str = "<DescribeVolumesResponse><requestId>r</requestId><volumeSet><item><volumeId>vol-1</volumeId>\
    <encrypted>true</encrypted><size>8</size></item></volumeSet></DescribeVolumesResponse>";

#[test]
fn an_answer_cut_anywhere_is_never_a_document() {
    assert!(decode("ec2:DescribeVolumes", VOLUMES).is_ok());
    for end in 0..VOLUMES.len() {
        let cut = decode("ec2:DescribeVolumes", &VOLUMES[..end]);
        assert!(matches!(cut, Err(WireError::Truncated { .. })), "cut at {end}: {cut:?}");
    }
    let keys = r#"{"Keys":[{"KeyId":"k"}],"Truncated":false}"#;
    for end in 0..keys.len() {
        assert!(matches!(decode("kms:ListKeys", &keys[..end]), Err(WireError::Truncated { .. })), "cut at {end}");
    }
}

#[test]
fn a_success_without_its_body_is_an_answer_that_got_lost() {
    // Absent would be knowledge: "the bucket has no policy", "nothing blocks public access".
    for call in
        ["s3:GetBucketPolicy", "s3:GetPublicAccessBlock", "s3:GetBucketVersioning", "lambda:GetPolicy", "kms:ListKeys"]
    {
        assert!(matches!(decode(call, ""), Err(WireError::Truncated { .. })), "{call}");
    }
    assert_eq!(decode("s3:GetBucketVersioning", "<VersioningConfiguration/>").unwrap(), json("{}"));
    let (model, operation) = api().call("s3:HeadBucket").unwrap();
    let headers = vec![("x-amz-bucket-region".to_owned(), "eu-west-1".to_owned())];
    let head = wire::decode_response(&model, &operation, 200, &headers, b"").unwrap();
    assert_eq!(head, json(r#"{"BucketRegion":"eu-west-1"}"#));
}

#[test]
fn hostile_xml_is_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><DescribeVolumesResponse><requestId>&a;</requestId></DescribeVolumesResponse>";
    assert!(matches!(decode("ec2:DescribeVolumes", bomb), Err(WireError::Malformed { .. })));
    let entity = "<DescribeVolumesResponse><nextToken>&a;</nextToken></DescribeVolumesResponse>";
    assert!(matches!(decode("ec2:DescribeVolumes", entity), Err(WireError::Malformed { .. })));
    let deep = format!("<DescribeVolumesResponse>{}", "<x>".repeat(100_000));
    assert!(matches!(decode("ec2:DescribeVolumes", &deep), Err(WireError::Limit { .. })));
    let after = format!("{VOLUMES}<more/>");
    assert!(matches!(decode("ec2:DescribeVolumes", &after), Err(WireError::Malformed { .. })));
    for member in ["Keys", "Unknown"] {
        let deep = format!("{{\"{member}\":{}", "[".repeat(100_000));
        assert!(decode("kms:ListKeys", &deep).is_err());
    }
}

#[test]
fn text_comes_out_as_it_went_in() {
    let body = "<?xml version=\"1.0\"?>\n<!-- c --><DescribeVolumesResponse>\n <volumeSet>\n  <item><volumeId> a&amp;b &#x41;<![CDATA[<c>]]>\u{fc}</volumeId>\
        <createTime>2026-01-02T03:04:05.500Z</createTime></item>\n </volumeSet>\n</DescribeVolumesResponse>\n";
    let volumes = decode("ec2:DescribeVolumes", body).unwrap();
    let wanted = r#"{"Volumes":[{"CreateTime":"2026-01-02T03:04:05.5Z","VolumeId":" a&b A<c>ü"}]}"#;
    assert_eq!(volumes, json(wanted));
    assert_eq!(
        decode("ec2:DescribeVolumes", "<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>").unwrap(),
        json(r#"{"Volumes":[]}"#)
    );
    assert_eq!(decode("ec2:DescribeVolumes", "<DescribeVolumesResponse/>").unwrap(), json("{}"));
}

#[test]
fn timestamps_of_every_spelling_become_one() {
    let spelled = |text: &str| {
        let body = format!("{{\"KeyMetadata\":{{\"KeyId\":\"k\",\"CreationDate\":{text}}}}}");
        decode("kms:DescribeKey", &body)
            .map(|found| found.get("KeyMetadata").get("CreationDate").as_str().unwrap_or_default().to_owned())
    };
    for text in [
        "1767323045",
        "1767323045.0",
        "\"1767323045\"",
        "\"2026-01-02T03:04:05Z\"",
        "\"2026-01-02T03:04:05+00:00\"",
        "\"2026-01-02T04:04:05+01:00\"",
        "\"2026-01-02T03:04:05\"",
        "\"Fri, 02 Jan 2026 03:04:05 GMT\"",
    ] {
        assert_eq!(spelled(text).unwrap(), "2026-01-02T03:04:05Z", "{text}");
    }
    assert_eq!(spelled("1767323045.123").unwrap(), "2026-01-02T03:04:05.123Z");
    assert!(spelled("\"yesterday\"").is_err(), "a time that cannot be read must not become absent");
    assert!(spelled("1e300").is_err());
}

#[test]
fn a_providers_question_mark_is_not_a_hole() {
    let body = r#"{"Functions":[{"FunctionName":"f","Environment":{"Variables":{"?":"denied"}}}]}"#;
    let found = decode("lambda:ListFunctions", body).unwrap();
    assert!(found.first_hole().is_none());
    assert_eq!(found.get("Functions").items()[0].get("Environment").get("Variables").get("?").as_str(), Some("denied"));
}

#[test]
fn members_that_the_model_lacks_are_passed_over_and_wrong_kinds_refused() {
    assert_eq!(
        decode("kms:ListKeys", r#"{"New":{"a":[1]},"Keys":null,"Truncated":false}"#).unwrap(),
        json(r#"{"Truncated":false}"#)
    );
    assert!(matches!(decode("kms:ListKeys", r#"{"Keys":"none"}"#), Err(WireError::Malformed { .. })));
    assert!(matches!(decode("kms:ListKeys", "[]"), Err(WireError::Malformed { .. })));
    assert!(matches!(decode("kms:ListKeys", r#"{"Keys":[]} x"#), Err(WireError::Malformed { .. })));
}

#[test]
fn inputs_cannot_break_out_of_their_place() {
    let api = api();
    let encode = |call: &str, input: &str| {
        let (model, operation) = api.call(call).unwrap();
        wire::encode_request(&model, &operation, &json(input))
    };
    let request = encode("s3:GetBucketPolicy", r#"{"Bucket":"../a?acl&x#y/z"}"#).unwrap();
    assert_eq!((request.path.as_str(), request.query_string().as_str()), ("/..%2Fa%3Facl%26x%23y%2Fz", "policy="));
    assert!(encode("s3:GetBucketPolicy", r#"{"Bucket":""}"#).is_err());
    assert!(encode("s3:GetBucketPolicy", r#"{"Bucket":"b","ExpectedBucketOwner":"1\r\nx: y"}"#).is_err());
    assert!(encode("s3control:GetPublicAccessBlock", r#"{"AccountId":"a/b"}"#).is_err());
    let form = encode("iam:ListAccessKeys", r#"{"UserName":"u&Action=DeleteUser"}"#).unwrap();
    assert_eq!(form.body, b"Action=ListAccessKeys&Version=2010-05-08&UserName=u%26Action%3DDeleteUser");
}

#[test]
fn errors_are_read_in_every_dialect() {
    let api = api();
    let read = |service: &str, status: u16, headers: &[(&str, &str)], body: &str| {
        let model = api.service(service).unwrap();
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let found = wire::decode_error(&model, status, &headers, body.as_bytes());
        (found.code, found.message, found.request_id.unwrap_or_default())
    };
    let is = |code: &str, message: &str, id: &str| (code.to_owned(), message.to_owned(), id.to_owned());
    let query = "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>";
    assert_eq!(read("iam", 404, &[], query), is("NoSuchEntity", "m", "r"));
    let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID></Response>";
    assert_eq!(read("ec2", 403, &[], ec2), is("UnauthorizedOperation", "m", "r"));
    let s3 = "<Error><Code>NoSuchBucket</Code><Message>m</Message><BucketName>Code</BucketName><RequestId>r</RequestId></Error>";
    assert_eq!(read("s3", 404, &[], s3), is("NoSuchBucket", "m", "r"));
    assert_eq!(
        read(
            "kms",
            400,
            &[("x-amzn-RequestId", "r")],
            r#"{"__type":"com.amazonaws.kms#NotFoundException","message":"m"}"#
        ),
        is("NotFoundException", "m", "r")
    );
    assert_eq!(
        read("lambda", 404, &[("x-amzn-ErrorType", "ResourceNotFoundException:http://x/")], r#"{"Message":"m"}"#),
        is("ResourceNotFoundException", "m", "")
    );
    assert_eq!(read("s3", 403, &[("x-amz-request-id", "r")], ""), is("403", "", "r"));
    assert_eq!(read("ec2", 503, &[], "<html><body>Service Unavailable</body></html>"), is("503", "", ""));
    assert_eq!(read("kms", 502, &[], "bad gateway"), is("502", "bad gateway", ""));
    for (service, status) in
        [("iam", 404), ("ec2", 400), ("s3", 404), ("s3control", 403), ("kms", 400), ("lambda", 404)]
    {
        let model = api.service(service).unwrap();
        let written = wire::encode_error(&model, "SomeCode", "a <b> & c", status, "r-1");
        let found = wire::decode_error(&model, written.status, &written.headers, &written.body);
        assert_eq!(
            (found.code.as_str(), found.message.as_str(), found.request_id.as_deref()),
            ("SomeCode", "a <b> & c", Some("r-1"))
        );
    }
}

#[test]
fn requests_find_their_operation() {
    let api = api();
    let found = |service: &str, method: &str, path: &str, query: &str| {
        let model = api.service(service).unwrap();
        let request = Request::received(method, path, query, Vec::new(), Vec::new());
        wire::route(&model, &request).map(|operation| operation.name.to_string())
    };
    let is = |name: &str| Some(name.to_owned());
    assert_eq!(found("s3", "GET", "/", ""), is("ListBuckets"));
    assert_eq!(found("s3", "GET", "/", "max-buckets=1000"), is("ListBuckets"));
    assert_eq!(found("s3", "GET", "/logs", "policy"), is("GetBucketPolicy"));
    assert_eq!(found("s3", "GET", "/logs/", "policyStatus="), is("GetBucketPolicyStatus"));
    assert_eq!(found("s3", "HEAD", "/logs", ""), is("HeadBucket"));
    assert_eq!(found("s3", "PUT", "/logs", "policy"), is("PutBucketPolicy"));
    assert_eq!(found("s3", "PUT", "/logs", "cors"), None);
    assert_eq!(found("s3", "GET", "/logs", "unknown"), None);
    assert_eq!(
        found("lambda", "GET", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af/policy", ""),
        is("GetPolicy")
    );
    assert_eq!(found("lambda", "GET", "/2015-03-31/functions/", ""), is("ListFunctions"));
}

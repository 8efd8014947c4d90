//! Which regions an account has from the start.

/// Regions that an account of the partition has without opting in. The list is closed: since March 2019 every new region of
/// the `aws` partition is off until it is turned on (AWS Account Management Guide, "Enable or disable AWS Regions").
pub fn default_regions(partition: &str) -> &'static [&'static str] {
    match partition {
        "aws" => &[
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
        "aws-cn" => &["cn-north-1", "cn-northwest-1"],
        "aws-us-gov" => &["us-gov-east-1", "us-gov-west-1"],
        _ => &[],
    }
}

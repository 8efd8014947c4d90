use expr::*;
fn main(){
 let text="let bucket = self.PublicAccessBlockConfiguration\nlet block  = account.S3PublicAccessBlock\npass when (bucket.IgnorePublicAcls || block.IgnorePublicAcls)\n       && (bucket.RestrictPublicBuckets || block.RestrictPublicBuckets)\nsay \"{self.Name} lets public ACLs or policies take effect\"\n";
 for _ in 0..14000 { std::hint::black_box(parse_rule(text).unwrap()); }
}

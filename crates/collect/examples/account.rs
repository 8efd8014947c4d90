use collect::*;
use std::collections::*;
use std::sync::Arc;
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let catalog = Arc::new(
        catalog::Catalog::embedded()
            .unwrap_or_else(|e| panic!("{}", e.iter().map(|e| e.to_string()).collect::<Vec<_>>().join("\n"))),
    );
    let args: Vec<String> = std::env::args().skip(1).collect();
    let client = cloud::AwsClient::connect(catalog.api().clone(), cloud::AwsOptions::default()).await.unwrap();
    let id = client.identity().await.unwrap();
    if std::env::var("BARE").is_ok() {
        use futures_util::StreamExt;
        let ops: Vec<String> = catalog
            .resource_type("aws.s3.bucket")
            .unwrap()
            .get
            .iter()
            .skip(1)
            .map(|g| g.call.as_ref().unwrap().operation.to_string())
            .collect();
        let mut pages = client.pages(
            &Target::new("s3", "ListBuckets", "eu-west-1"),
            resource::Value::map([("MaxBuckets", resource::Value::Int(1000))]),
        );
        let mut n = 0u64;
        while let Some(p) = pages.next().await {
            let p = p.unwrap();
            let calls = p.get("Buckets").items().iter().flat_map(|b| {
                ops.iter().map(move |o| (b.get("Name").clone(), b.get("BucketRegion").as_str().unwrap().to_owned(), o))
            });
            let client = &client;
            let mut st = futures_util::stream::iter(calls.map(|(b, r, o)| async move {
                client.call(&Target::new("s3", o, &r), &resource::Value::map([("Bucket", b)])).await.is_ok()
            }))
            .buffer_unordered(32);
            while let Some(ok) = st.next().await {
                n += 1;
                let _ = ok;
            }
        }
        println!("bare {n}");
        return;
    }
    let types: Vec<_> =
        catalog.resource_types().filter(|t| args.is_empty() || args.iter().any(|a| *t.id == **a)).collect();
    let demand = catalog::Demand::everything(&catalog, types);
    let demand = demand.types;
    let caller = AwsCaller::new(client.clone(), catalog.api().clone(), &id.partition);
    let (_s, cancel) = tokio::sync::watch::channel(false);
    let regions = std::env::var("REGIONS").unwrap_or("eu-west-1,us-east-1".into());
    let request = Request {
        knowledge: catalog,
        caller: Arc::new(caller),
        cloud: "aws".into(),
        partition: id.partition.as_str().into(),
        account: id.account.as_str().into(),
        home_region: client.home_region().into(),
        regions: regions.split(',').map(Into::into).collect(),
        demand: Arc::new(demand),
        finished: Arc::new(HashSet::new()),
        concurrency: 32,
        cancel,
    };
    println!("{:?}", estimate(&request).unwrap());
    let (tx, mut rx) = tokio::sync::mpsc::channel(64);
    let quiet = std::env::var("QUIET").is_ok();
    let h = tokio::spawn(collect::collect(request, tx));
    let mut n = 0;
    while let Some(e) = rx.recv().await {
        match e {
            Event::Resource(r) if std::env::var("JSON").is_ok() => {
                n += 1;
                let h: Vec<String> = r
                    .holes
                    .iter()
                    .flat_map(|h| {
                        h.members.iter().map(move |m| {
                            format!("{m}|{}|{}|{}", h.hole.why, h.hole.call.clone().unwrap_or_default(), h.partial)
                        })
                    })
                    .collect();
                println!("R\t{}\t{}\t{}\t{}", r.unit, r.uid, r.document.to_json(), h.join(";"))
            }
            Event::Resource(r) => {
                n += 1;
                if !quiet {
                    println!(
                        "{} [{}] {:?} tags={:?} keys={:?} region={} owner={:?}\n   {}\n   refs {:?}\n   holes {:?}",
                        r.uid,
                        r.name,
                        r.unit.type_id,
                        r.tags,
                        r.keys,
                        r.region,
                        r.owner,
                        r.document.to_json().chars().take(1500).collect::<String>(),
                        r.references,
                        r.holes
                    )
                }
            }
            Event::UnitFinished(r) => println!(
                "UNIT {} {:?} n={} req={} nc={}",
                r.unit,
                r.coverage,
                r.resources,
                r.requests,
                r.not_collected.len()
            ),
            Event::Note(n) => println!("NOTE {n:?}"),
            _ => {}
        }
    }
    println!("{n} resources, {:?}", h.await);
    if quiet {
        println!("{:?}", client.counters());
    }
}

//! Real folders; and a real bucket where `CLOUD_ANALYZER_TEST_S3` names one (`s3://bucket/prefix`, reached by
//! the usual `AWS_*` variables, writable).

use super::{BillSource, open};
use crate::discovery::{Delivery, Layout};
use crate::error::ErrorKind;
use crate::location::Location;
use object_store::{ObjectStoreExt, PutPayload};
use std::io::Read;
use std::path::Path;

const FILE: &str = "cost/cur/20260801-20260901/a1/cur-00001.csv.gz";

fn manifest() -> String {
    format!(
        r#"{{"assemblyId":"a1","columns":[{{"category":"lineItem","name":"UnblendedCost"}}],"reportName":"cur",
        "billingPeriod":{{"start":"20260801T000000.000Z","end":"20260901T000000.000Z"}},"reportKeys":["{FILE}"]}}"#
    )
}

fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn text() -> Vec<u8> {
    (0..100_000u32).flat_map(u32::to_le_bytes).collect()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), FILE, &text());
    put(folder.path(), "cost/cur/20260801-20260901/cur-Manifest.json", manifest().as_bytes());
    put(folder.path(), "cost/cur/20260801-20260901/a1/cur-Manifest.json", manifest().as_bytes());
    folder
}

fn source(path: &Path) -> BillSource {
    open(&Location::try_new(path.to_str().unwrap()).unwrap()).unwrap()
}

async fn only(source: &BillSource) -> Delivery {
    let mut discovery = source.discover().await.unwrap();
    assert_eq!(discovery.deliveries.len(), 1, "{discovery:#?}");
    discovery.deliveries.remove(0)
}

/// Reads as jobs do: on a blocking thread.
async fn read(source: &BillSource, delivery: &Delivery) -> std::io::Result<Vec<u8>> {
    let (source, file) = (source.clone(), delivery.files[0].clone());
    tokio::task::spawn_blocking(move || {
        let part = source.read_range(&file, 400..404)?;
        assert_eq!(part.as_ref(), &100u32.to_le_bytes());
        assert!(source.read_range(&file, 0..file.size + 1).is_err());
        let mut bytes = Vec::new();
        source.stream(&file)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_folder_is_found_read_and_watched() {
    let folder = folder();
    let source = source(folder.path());
    let delivery = only(&source).await;
    assert_eq!((delivery.layout, delivery.files[0].path.as_str()), (Layout::Legacy, FILE));
    assert_eq!(delivery.manifests[0].columns, ["lineItem/UnblendedCost"]);
    assert_eq!(read(&source, &delivery).await.unwrap(), text());
    assert!(source.unchanged(&delivery).await.unwrap());

    put(folder.path(), FILE, &text()[..1000]);
    assert!(!source.unchanged(&delivery).await.unwrap());
    assert!(read(&source, &delivery).await.unwrap_err().to_string().contains("replaced"));
    assert_ne!(only(&source).await.fingerprint, delivery.fingerprint);
    std::fs::remove_file(folder.path().join(FILE)).unwrap();
    assert!(!source.unchanged(&delivery).await.unwrap());
}

#[tokio::test]
async fn a_file_cut_off_while_it_is_read_is_an_error() {
    let folder = folder();
    let source = source(folder.path());
    let delivery = only(&source).await;
    let mut stream = source.stream(&delivery.files[0]).unwrap();
    let mut first = [0; 100];
    stream.read_exact(&mut first).unwrap();
    std::fs::OpenOptions::new().write(true).open(folder.path().join(FILE)).unwrap().set_len(200).unwrap();
    let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("shorter"), "{error}");
}

#[tokio::test]
async fn a_single_file_is_a_source() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "my bill%20.csv", b"a,b\n");
    put(folder.path(), "other.csv", b"a,b\n");
    let source = source(&folder.path().join("my bill%20.csv"));
    let delivery = only(&source).await;
    assert_eq!((delivery.layout, delivery.files.len(), delivery.period), (Layout::Loose, 1, None));
    assert!(source.unchanged(&delivery).await.unwrap());
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Location::of_path(&folder.path().join("none"));
    assert_eq!(open(&missing).unwrap_err().kind, ErrorKind::NotFound);
    let error = source(folder.path()).discover().await.unwrap_err();
    assert!(error.kind == ErrorKind::Empty && error.to_string().contains("Check the path"), "{error}");
}

#[tokio::test]
async fn real_reports_are_found() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nise/aws_bucket");
    if !samples.exists() {
        return;
    }
    let delivery = only(&source(&samples)).await;
    assert_eq!(delivery.period.unwrap().to_string(), "2026-08");
    assert!(delivery.problems.is_empty() && delivery.files.len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a bucket: set CLOUD_ANALYZER_TEST_S3"]
async fn a_bucket_is_found_read_and_watched() {
    let place = std::env::var("CLOUD_ANALYZER_TEST_S3").expect("CLOUD_ANALYZER_TEST_S3 names a bucket");
    let (bucket, prefix) = place.strip_prefix("s3://").unwrap().split_once('/').unwrap();
    let store = object_store::aws::AmazonS3Builder::from_env().with_bucket_name(bucket).build().unwrap();
    let put = async |path: &str, bytes: Vec<u8>| {
        let path = object_store::path::Path::from(format!("{prefix}/{path}"));
        store.put(&path, PutPayload::from(bytes)).await.unwrap();
    };
    // Larger than one part, so that order and ends are tested.
    let large = text().repeat(60);
    put(FILE, large.clone()).await;
    put("cost/cur/20260801-20260901/cur-Manifest.json", manifest().into_bytes()).await;
    let source = open(&Location::try_new(&place).unwrap()).unwrap();
    let delivery = only(&source).await;
    assert_eq!(read(&source, &delivery).await.unwrap(), large);
    assert!(source.unchanged(&delivery).await.unwrap());

    let single = open(&Location::try_new(&format!("{place}/{FILE}")).unwrap()).unwrap();
    assert_eq!(read(&single, &only(&single).await).await.unwrap(), large);

    put(FILE, text()).await;
    assert!(!source.unchanged(&delivery).await.unwrap());
    let error = read(&source, &delivery).await.unwrap_err();
    assert!(error.to_string().contains("replaced"), "{error}");

    let nowhere = open(&Location::try_new(&format!("s3://{bucket}/nothing-here")).unwrap()).unwrap();
    assert_eq!(nowhere.discover().await.unwrap_err().kind, ErrorKind::Empty);
    let no_bucket = open(&Location::try_new("s3://no-such-bucket-0817/x").unwrap()).unwrap();
    assert_eq!(no_bucket.discover().await.unwrap_err().kind, ErrorKind::NotFound);
}

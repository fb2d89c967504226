//! Images: their tags, manifests, and what the scan found in them.
use serde_json::{Map, Value, json};

use super::{found, own_registry};
use crate::{
    aws::{
        call::Call,
        fail::{self, Fail},
        page::{self, Page, page},
        service::Reply,
        wire::time,
    },
    clock::MINUTE,
    rng::Rng,
    world::{
        Region, World,
        record::{Image, Repository},
    },
};

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

fn with_repository<T>(
    call: &Call<'_>,
    at: impl FnOnce(&World, &Region, &Repository) -> Result<T, Fail>,
) -> Result<T, Fail> {
    let name = call.text("repositoryName").ok_or_else(|| fail::missing(call, "repositoryName"))?;
    call.look(|world, region| {
        own_registry(call, world)?;
        at(world, region, found(world, region, name)?)
    })?
}

/// An image by digest, by tag, or by both.
fn by_id<'a>(repository: &'a Repository, id: &Value) -> Option<&'a Image> {
    let text = |name: &str| id.get(name).and_then(Value::as_str);
    let (digest, tag) = (text("imageDigest"), text("imageTag"));
    if digest.is_none() && tag.is_none() {
        return None;
    }
    repository.images.iter().find(|image| {
        digest.is_none_or(|digest| image.digest == digest)
            && tag.is_none_or(|tag| image.tags.iter().any(|is| is == tag))
    })
}

fn no_image(world: &World, repository: &Repository, id: &Value) -> Fail {
    let text = |name: &str| id.get(name).and_then(Value::as_str).unwrap_or("null").to_owned();
    Fail::bad(
        "ImageNotFoundException",
        format!(
            "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{}' \
             in the \
             registry with id '{}'",
            text("imageDigest"),
            text("imageTag"),
            repository.name,
            world.account
        ),
    )
}

/// Whether `filter.tagStatus` lets an image pass.
fn passes(call: &Call<'_>, image: &Image) -> bool {
    let filter = call.input.get("filter").and_then(|filter| filter.get("tagStatus")).and_then(Value::as_str);
    match filter {
        Some("TAGGED") => !image.tags.is_empty(),
        Some("UNTAGGED") => image.tags.is_empty(),
        _ => true,
    }
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxResults", 1, 1000, 100)?;
    let ids = call.objects("imageIds");
    let rows = with_repository(call, |world, _, repository| {
        let images: Vec<&Image> = if ids.is_empty() {
            repository.images.iter().filter(|image| passes(call, image)).collect()
        } else {
            let one = |id: &&Value| by_id(repository, id).ok_or_else(|| no_image(world, repository, id));
            ids.iter().map(one).collect::<Result<_, _>>()?
        };
        Ok(images.into_iter().map(|image| detail(world, repository, image)).collect::<Vec<_>>())
    })?;
    let key = |row: &Value| row["imageDigest"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("nextToken"))?;
    Ok(json!({ "imageDetails": rows, "nextToken": next }).into())
}

fn counts(image: &Image) -> Map<String, Value> {
    image
        .findings
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| ((*severity).to_owned(), json!(count)))
        .collect()
}

fn detail(world: &World, repository: &Repository, image: &Image) -> Value {
    json!({
        "registryId": world.account,
        "repositoryName": repository.name,
        "imageDigest": image.digest,
        "imageTags": (!image.tags.is_empty()).then_some(&image.tags),
        "imageSizeInBytes": image.size,
        "imagePushedAt": time(image.pushed),
        "imageScanStatus": { "status": "COMPLETE", "description": "The scan was completed successfully." },
        "imageScanFindingsSummary": {
            "imageScanCompletedAt": time(image.pushed + MINUTE),
            "vulnerabilitySourceUpdatedAt": time(image.pushed - 300 * MINUTE),
            "findingSeverityCounts": counts(image),
        },
        "imageManifestMediaType": MANIFEST,
        "artifactMediaType": CONFIG,
        "lastRecordedPullTime": time(image.pulled),
        "imageStatus": "ACTIVE",
    })
}

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxResults", 1, 1000, 100)?;
    let rows = with_repository(call, |_, _, repository| {
        let images = repository.images.iter().filter(|image| passes(call, image));
        Ok(images
            .flat_map(|image| match image.tags.as_slice() {
                [] => vec![json!({ "imageDigest": image.digest })],
                tags => tags.iter().map(|tag| json!({ "imageDigest": image.digest, "imageTag": tag })).collect(),
            })
            .collect::<Vec<_>>())
    })?;
    let Page { rows, next } = page(call, rows, Value::to_string, limit, call.text("nextToken"))?;
    Ok(json!({ "imageIds": rows, "nextToken": next }).into())
}

pub fn manifests(call: &Call<'_>) -> Result<Reply, Fail> {
    let ids = call.objects("imageIds");
    if ids.is_empty() || ids.len() > 100 {
        return Err(Fail::bad(
            "InvalidParameterException",
            "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length between 1 and 100'",
        ));
    }
    with_repository(call, |world, _, repository| {
        let (mut images, mut failures) = (vec![], vec![]);
        for id in ids {
            match by_id(repository, id) {
                Some(image) => images.push(json!({
                    "registryId": world.account,
                    "repositoryName": repository.name,
                    "imageId": { "imageDigest": image.digest, "imageTag": id.get("imageTag") },
                    "imageManifest": manifest(image).to_string(),
                    "imageManifestMediaType": MANIFEST,
                })),
                None if id.get("imageDigest").is_none() && id.get("imageTag").is_none() => failures.push(json!({
                    "imageId": {},
                    "failureCode": "MissingDigestAndTag",
                    "failureReason": "Neither an image digest nor a tag was given",
                })),
                None => failures.push(json!({
                    "imageId": id,
                    "failureCode": "ImageNotFound",
                    "failureReason": "Requested image not found",
                })),
            }
        }
        Ok(json!({ "images": images, "failures": failures }).into())
    })
}

/// Its layers, the sizes of which make up the image's.
fn manifest(image: &Image) -> Value {
    let mut rng = Rng::of(0, &image.digest);
    let config = format!("sha256:{}", rng.hex(64));
    let shares = [image.size / 2, image.size / 3];
    let rest = image.size - shares.iter().sum::<u64>();
    let layers = shares
        .into_iter()
        .chain([rest])
        .map(|size| json!({ "mediaType": LAYER, "size": size, "digest": format!("sha256:{}", rng.hex(64)) }));
    let layers: Vec<Value> = layers.collect();
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": { "mediaType": CONFIG, "size": 7023, "digest": config },
        "layers": layers,
    })
}

pub fn findings(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxResults", 1, 1000, 100)?;
    let id = call.input.get("imageId").cloned().unwrap_or_default();
    let (head, rows) = with_repository(call, |world, _, repository| {
        let image = by_id(repository, &id).ok_or_else(|| no_image(world, repository, &id))?;
        let head = json!({
            "registryId": world.account,
            "repositoryName": repository.name,
            "imageId": { "imageDigest": image.digest, "imageTag": image.tags.first() },
            "imageScanStatus": { "status": "COMPLETE", "description": "The scan was completed successfully." },
            "imageScanFindings": {
                "imageScanCompletedAt": time(image.pushed + MINUTE),
                "vulnerabilitySourceUpdatedAt": time(image.pushed - 300 * MINUTE),
                "findingSeverityCounts": counts(image),
            },
        });
        Ok((head, faults(image)))
    })?;
    let key = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("nextToken"))?;
    let mut told = head;
    told["imageScanFindings"]["findings"] = Value::Array(rows);
    told["nextToken"] = json!(next);
    Ok(told.into())
}

/// As many as the image counts. Their numbers are made up, so that nobody takes them for those of a known hole.
fn faults(image: &Image) -> Vec<Value> {
    let mut rng = Rng::of(1, &image.digest);
    let mut rows = vec![];
    for (severity, count) in &image.findings {
        for _ in 0..*count {
            let package = *rng.pick(&["openssl", "zlib", "curl", "glibc", "expat", "krb5"]);
            let version = format!("{}.{}.{}", rng.below(4), rng.below(12), rng.below(20));
            rows.push(json!({
                "name": format!("CVE-0000-{}", 10_000 + rng.below(89_999)),
                "description": format!("A made-up flaw in {package}, as the demo's images have them."),
                "uri": "https://example.com/demo-finding",
                "severity": severity,
                "attributes": [
                    { "key": "package_name", "value": package },
                    { "key": "package_version", "value": version },
                ],
            }));
        }
    }
    rows
}

//! ECR: repositories and the images in them.
mod image;

use serde_json::json;

use super::{
    call::Call,
    fail::Fail,
    page::{self, Page, page},
    service::{Operation, Reply, Service},
    wire::{Wire, time},
};
use crate::{
    clock::HOUR,
    world::{Region, World, record::Repository},
};

pub const SERVICE: Service = Service {
    name: "ecr",
    wire: Wire::Json11,
    namespace: "",
    bad_token: (
        "InvalidParameterException",
        "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'",
    ),
    operations: &[
        Operation::new("ecr:DescribeRepositories", repositories),
        Operation::new("ecr:DescribeImages", image::describe),
        Operation::new("ecr:ListImages", image::list),
        Operation::new("ecr:BatchGetImage", image::manifests),
        Operation::new("ecr:DescribeImageScanFindings", image::findings),
        Operation::new("ecr:GetAuthorizationToken", token),
    ],
};

fn not_found(world: &World, name: &str) -> Fail {
    let message =
        format!("The repository with name '{name}' does not exist in the registry with id '{}'", world.account);
    Fail::bad("RepositoryNotFoundException", message)
}

fn found<'a>(world: &World, region: &'a Region, name: &str) -> Result<&'a Repository, Fail> {
    region.repositories.iter().find(|one| one.name == name).ok_or_else(|| not_found(world, name))
}

/// The registry is the account's own; another's is not ours to see.
fn own_registry(call: &Call<'_>, world: &World) -> Result<(), Fail> {
    match call.text("registryId") {
        Some(id) if id != world.account => Err(super::fail::denied(call)),
        _ => Ok(()),
    }
}

fn repositories(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxResults", 1, 1000, 100)?;
    let names = call.texts("repositoryNames");
    let rows = call.look(|world, region| {
        own_registry(call, world)?;
        let wanted: Vec<&Repository> = if names.is_empty() {
            region.repositories.iter().collect()
        } else {
            names.iter().map(|name| found(world, region, name)).collect::<Result<_, Fail>>()?
        };
        let row = |one: &Repository| {
            json!({
                "repositoryArn": one.arn,
                "registryId": world.account,
                "repositoryName": one.name,
                "repositoryUri": one.uri,
                "createdAt": time(one.created),
                "imageTagMutability": "IMMUTABLE",
                "imageScanningConfiguration": { "scanOnPush": true },
                "encryptionConfiguration": { "encryptionType": "AES256" },
            })
        };
        Ok::<_, Fail>(wanted.into_iter().map(row).collect::<Vec<_>>())
    })??;
    let key = |row: &serde_json::Value| row["repositoryName"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("nextToken"))?;
    Ok(json!({ "repositories": rows, "nextToken": next }).into())
}

/// A token of the right form; there is no registry behind it.
fn token(call: &Call<'_>) -> Result<Reply, Fail> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    call.look(|world, region| {
        let token = STANDARD.encode(format!("AWS:{}", crate::rng::Rng::of(0, call.id).hex(64)));
        let proxy = format!("https://{}.dkr.ecr.{}.amazonaws.com", world.account, region.name);
        let data =
            json!({ "authorizationToken": token, "expiresAt": time(world.now + 12 * HOUR), "proxyEndpoint": proxy });
        json!({ "authorizationData": [data] }).into()
    })
}

//! Who may come in: the bearer of the estate's token, or of one that EKS would take. Inside, all may do all; only faults forbid.
use hyper::{HeaderMap, header::HeaderValue};

use super::{Server, base64, route::Route};
use crate::{
    clock::MINUTE,
    estate::Keys,
    kube::refused::Refused,
    sigv4::{self, Signed},
};

const PREFIX: &str = "k8s-aws-v1.";
/// However long the address within says it holds.
const HOLDS: i64 = 15 * MINUTE;
const CLUSTER: &str = "x-k8s-aws-id";

pub fn unauthorized() -> Refused {
    Refused { code: 401, reason: "Unauthorized", message: "Unauthorized".to_owned(), details: None }
}

/// The name that the cluster knows the caller by: the role behind the access key, as EKS's access entries have it.
pub fn user(account: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/OnCall/engineer")
}

pub fn admit(server: &Server, authorization: Option<&str>, now: i64) -> Result<(), Refused> {
    let token = authorization.and_then(|text| text.strip_prefix("Bearer ")).ok_or_else(unauthorized)?.trim();
    let keys = &server.estate.keys;
    let known = token == keys.token || of_eks(token, keys, &server.cluster, now).is_some();
    if known { Ok(()) } else { Err(unauthorized()) }
}

/// A token as `aws eks get-token` makes it: the address of a call to STS, signed by the caller, with the name of the cluster signed too.
fn of_eks(token: &str, keys: &Keys, cluster: &str, now: i64) -> Option<()> {
    let address = String::from_utf8(base64::decode(token.strip_prefix(PREFIX)?)?).ok()?;
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let (host, rest) = rest.split_at(rest.find(['/', '?'])?);
    let (path, query) = rest.split_once('?')?;
    let path = if path.is_empty() { "/" } else { path };
    let asks = |name: &str, value: &str| form_urlencoded::parse(query.as_bytes()).any(|(n, v)| n == name && v == value);
    let names = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "X-Amz-SignedHeaders")?.1;
    if path != "/" || !asks("Action", "GetCallerIdentity") || !names.split(';').any(|name| name == CLUSTER) {
        return None;
    }
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_str(host).ok()?);
    headers.insert(CLUSTER, HeaderValue::from_str(cluster).ok()?);
    let claim = sigv4::check(&Signed { method: "GET", path, query, headers: &headers, body: b"" }, keys).ok()?;
    let short = claim.expires.is_some_and(|expires| expires <= HOLDS);
    (short && claim.service == "sts").then(|| claim.within(now, HOLDS).ok())?
}

/// What a right that is missing sounds like.
pub fn forbidden(user: &str, route: &Route, operation: &str) -> Refused {
    let verb = operation.split(' ').next().unwrap_or_default();
    let Route::Resource(target) = route else {
        return Refused {
            code: 403,
            reason: "Forbidden",
            message: format!(
                "forbidden: User \"{user}\" cannot {verb} path \"{}\"",
                operation.replacen(verb, "", 1).trim()
            ),
            details: None,
        };
    };
    let resource = target.resource;
    let scope = match &target.namespace {
        Some(namespace) => format!("in the namespace \"{namespace}\""),
        None => "at the cluster scope".to_owned(),
    };
    let what = format!(
        "User \"{user}\" cannot {verb} resource \"{}\" in API group \"{}\" {scope}",
        target.words(),
        resource.group
    );
    let mut refused = Refused::forbidden(resource.kind, target.named(), &what);
    if target.name.is_none() {
        refused.message = format!("{} is forbidden: {what}", resource.qualified());
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    // made by botocore 1.44.8 as `aws eks get-token` does it, with its clock at this moment
    const SIGNED: i64 = 1_795_557_600_000;
    const ADDRESS: &str = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAQDEMOEXAMPLE%2F20261124%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20261124T220000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=IQoJ%2F%2Fsession%2Btoken%3D%3D&X-Amz-Signature=1432837dcec2f96d8c03ed046053c321a6989ed41a480de348c03ddb7e1ff1bb";

    fn keys() -> Keys {
        Keys {
            access: "ASIAQDEMOEXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            session: "IQoJ//session+token==".into(),
            token: "unused".into(),
        }
    }

    #[test]
    fn a_token_of_eks_lets_in_for_a_quarter_of_an_hour_and_into_one_cluster() {
        let token = format!("{PREFIX}{}", base64::encode_url(ADDRESS.as_bytes()));
        let lets = |cluster: &str, now: i64| of_eks(&token, &keys(), cluster, now).is_some();
        assert!(lets("app-use1", SIGNED));
        // longer than the sixty seconds of the address
        assert!(lets("app-use1", SIGNED + 14 * MINUTE));
        assert!(!lets("app-use1", SIGNED + 16 * MINUTE));
        // and by a clock that is behind it is not valid yet
        assert!(lets("app-use1", SIGNED - 4 * MINUTE) && !lets("app-use1", SIGNED - 6 * MINUTE));
        assert!(!lets("app-usw2", SIGNED));
    }

    #[test]
    fn a_missing_right_is_told_in_the_real_words() {
        let told = |path: &str, operation: &str| forbidden("u", &Route::parse(path), operation).message;
        let all = "pods is forbidden: User \"u\" cannot list resource \"pods\" in API group \"\" at the cluster scope";
        assert_eq!(told("/api/v1/pods", "list pods"), all);
        let one = "deployments.apps \"web\" is forbidden: User \"u\" cannot patch resource \"deployments/scale\" in API group \"apps\" in the namespace \"shop\"";
        assert_eq!(told("/apis/apps/v1/namespaces/shop/deployments/web/scale", "patch deployments/scale"), one);
    }
}

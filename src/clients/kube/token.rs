//! The bearer token of an EKS cluster: the URL of an STS `GetCallerIdentity`, signed beforehand and never called from here. The
//! cluster calls it and so learns who asks.
use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::error::{Error, Result, Trouble};

/// How long a token is taken for good; EKS takes it for 15 minutes.
pub const AGE: Duration = Duration::from_mins(14);
/// After this long a new one is made.
pub const FRESH: Duration = Duration::from_mins(10);
/// What `aws eks get-token` writes into the URL; EKS reads the age from the date instead.
const EXPIRES: Duration = Duration::from_mins(1);

/// The token for `cluster` in `region` at the time `now`. `sts`: the endpoint to name instead of the region's own.
pub fn token(
    cluster: &str,
    region: &str,
    sts: Option<&str>,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<String> {
    let endpoint = sts.map_or_else(|| Cow::Owned(endpoint(region)), Cow::Borrowed);
    let url = presigned(cluster, region, endpoint.trim_end_matches('/'), credentials, now)
        .map_err(|why| Error::new(Trouble::Other, format!("make a token for cluster {cluster}"), why))?;
    Ok(format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url)))
}

fn presigned(
    cluster: &str,
    region: &str,
    endpoint: &str,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<String, String> {
    let host = endpoint.split_once("://").map(|(_, host)| host).ok_or_else(|| format!("no URL: {endpoint}"))?;
    let host = host.split('/').next().unwrap_or_default();
    // a port that goes without saying is not part of the host that is signed
    let host = host.strip_suffix(if endpoint.starts_with("https:") { ":443" } else { ":80" }).unwrap_or(host);
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(now)
        .settings(settings)
        .build()
        .map_err(|e| e.to_string())?
        .into();
    let url = format!("{endpoint}/?Action=GetCallerIdentity&Version=2011-06-15");
    let headers = [("host", host), ("x-k8s-aws-id", cluster)];
    let request =
        SignableRequest::new("GET", &*url, headers.into_iter(), SignableBody::Bytes(&[])).map_err(|e| e.to_string())?;
    let (instructions, _) = sign(request, &params).map_err(|e| e.to_string())?.into_parts();
    let (_, query) = instructions.into_parts();
    let mut signed = url;
    for (name, value) in query {
        signed.push('&');
        signed.push_str(name);
        signed.push('=');
        encode(&value, &mut signed);
    }
    Ok(signed)
}

/// Writes what is not plain in a URL as `%` and two digits.
fn encode(text: &str, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            into.push(byte.into());
        } else {
            into.push('%');
            into.push(DIGITS[usize::from(byte >> 4)].into());
            into.push(DIGITS[usize::from(byte & 15)].into());
        }
    }
}

/// The STS endpoint of a region, in the partition that the region belongs to.
fn endpoint(region: &str) -> String {
    let domain = match region.split('-').next().unwrap_or_default() {
        "cn" => "amazonaws.com.cn",
        "eusc" => "amazonaws.eu",
        _ if region.starts_with("us-iso-") => "c2s.ic.gov",
        _ if region.starts_with("us-isob-") => "sc2s.sgov.gov",
        _ if region.starts_with("us-isof-") => "csp.hci.ic.gov",
        _ if region.starts_with("eu-isoe-") => "cloud.adc-e.uk",
        _ => "amazonaws.com",
    };
    format!("https://sts.{region}.{domain}")
}

/// The STS endpoint that the environment names, as the AWS tools read it; `variable` looks an environment variable up.
#[must_use]
pub fn custom_endpoint(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let ignored = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let named = |name: &str| variable(name).filter(|url| !url.is_empty());
    if ignored { None } else { named("AWS_ENDPOINT_URL_STS").or_else(|| named("AWS_ENDPOINT_URL")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T20:00:00Z
    fn then() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_464_000)
    }

    fn url(token: &str) -> String {
        let encoded = token.strip_prefix("k8s-aws-v1.").unwrap();
        String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).unwrap()).unwrap()
    }

    fn credentials(session: Option<&str>) -> Credentials {
        Credentials::new(
            "AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            session.map(str::to_owned),
            None,
            "test",
        )
    }

    // Both values were printed by botocore 1.44.5 (`RequestSigner.generate_presigned_url` with
    // the request that `aws eks get-token` hands it, its clock held at 2026-11-23T20:00:00Z).
    const PLAIN: &str = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261123%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261123T200000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=3d91f9d668cb4fb1f4034ec7445b230a0d9372d07704fff8b1fdced5460512fc";
    const CUSTOM: &str = "http://127.0.0.1:5566/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261123%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261123T200000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2B%3Dtoken&X-Amz-Signature=cdd94af4d7473ef27468052aaa41eb7674c5d27c5962cf82215a90093d13f528";

    #[test]
    fn the_token_is_the_one_that_botocore_makes() {
        let made = token("prod-a", "eu-west-1", None, &credentials(None), then()).unwrap();
        assert_eq!(url(&made), PLAIN);
    }

    #[test]
    fn a_session_and_an_endpoint_of_ones_own_are_signed_as_botocore_signs_them() {
        let session = credentials(Some("FwoGZXIvYXdzEXAMPLE/+=token"));
        let made = token("prod-a", "eu-west-1", Some("http://127.0.0.1:5566/"), &session, then()).unwrap();
        assert_eq!(sorted(&url(&made)), sorted(CUSTOM));
    }

    /// The order of a query is not signed, and the two signers differ in where they put the session's token.
    fn sorted(url: &str) -> Vec<&str> {
        let mut parts: Vec<_> = url.split(['?', '&']).collect();
        parts.sort_unstable();
        parts
    }

    #[test]
    fn another_clock_cluster_or_secret_makes_another_token() {
        let of = |cluster, key: &Credentials, at| token(cluster, "eu-west-1", None, key, at).unwrap();
        let first = of("prod-a", &credentials(None), then());
        let other = Credentials::new("AKIDEXAMPLE", "another", None, None, "test");
        assert_ne!(first, of("prod-b", &credentials(None), then()));
        assert_ne!(first, of("prod-a", &credentials(None), then() + Duration::from_secs(1)));
        assert_ne!(first, of("prod-a", &other, then()));
    }

    #[test]
    fn each_partition_has_its_own_sts() {
        assert_eq!(endpoint("us-gov-west-1"), "https://sts.us-gov-west-1.amazonaws.com");
        assert_eq!(endpoint("cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
        assert_eq!(endpoint("us-iso-east-1"), "https://sts.us-iso-east-1.c2s.ic.gov");
    }

    #[test]
    fn the_service_s_own_endpoint_variable_wins_and_both_can_be_switched_off() {
        let with = |pairs: &'static [(&str, &str)]| {
            custom_endpoint(move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(
            with(&[("AWS_ENDPOINT_URL", "http://a"), ("AWS_ENDPOINT_URL_STS", "http://b")]).as_deref(),
            Some("http://b")
        );
        assert_eq!(with(&[("AWS_ENDPOINT_URL", "http://a")]).as_deref(), Some("http://a"));
        assert_eq!(with(&[("AWS_ENDPOINT_URL", "http://a"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]), None);
    }
}

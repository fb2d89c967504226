//! AWS's signature, version 4, from the side of the service: in a header, or in the query of a presigned address.
//!
//! The AWS server asks it of every request, the Kubernetes server of the address that an EKS token holds.
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use hyper::{HeaderMap, http::request::Parts};
use sha2::{Digest, Sha256};

use crate::{
    clock::{MINUTE, SECOND},
    estate::Keys,
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// How far a client's clock may be off.
const SKEW: i64 = 5 * MINUTE;

/// A request, as the signature sees it.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    pub method: &'a str,
    /// As it came, still percent-encoded.
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

impl<'a> Signed<'a> {
    #[must_use]
    pub fn of(parts: &'a Parts, body: &'a [u8]) -> Self {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        Self { method: parts.method.as_str(), path, query, headers: &parts.headers, body }
    }
}

/// What a request says it is signed with and for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub access: String,
    pub region: String,
    pub service: String,
    /// When it was signed, in milliseconds.
    pub at: i64,
    /// How long a presigned address holds, in milliseconds.
    pub expires: Option<i64>,
    date: String,
    time: String,
    names: Vec<String>,
    signature: String,
    session: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not signed at all.
    Missing,
    /// Signed in a way that cannot be read; what is wrong with it.
    Incomplete(&'static str),
    /// Nobody has this access key.
    UnknownKey(String),
    /// The session token is not the one that belongs to the access key.
    Session,
    /// Signed with another secret, or changed since; what should have been signed.
    Mismatch { canonical: String, to_sign: String },
    /// Signed too long ago, or the presigned address is over.
    Expired { at: i64, now: i64 },
    /// Signed in the future.
    Early { at: i64, now: i64 },
}

/// Which service and region a request is meant for, whether or not its signature is right.
pub fn claim(request: &Signed<'_>) -> Result<Claim, Refusal> {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(text) = header("authorization") {
        let rest = text.strip_prefix(ALGORITHM).ok_or(Refusal::Incomplete("the algorithm is not AWS4-HMAC-SHA256"))?;
        let part = |name: &str| {
            let of = |field: &'_ str| Some(field.trim().strip_prefix(name)?.strip_prefix('=')?.to_owned());
            rest.split(',').find_map(of)
        };
        let time = header("x-amz-date").ok_or(Refusal::Incomplete("X-Amz-Date is missing"))?;
        let session = header("x-amz-security-token").map(str::to_owned);
        return read(part, time.to_owned(), session, None);
    }
    let pairs: Vec<(String, String)> = form_urlencoded::parse(request.query.as_bytes()).into_owned().collect();
    let part = |name: &str| Some(pairs.iter().find(|(key, _)| key == name)?.1.clone());
    if part("X-Amz-Algorithm").ok_or(Refusal::Missing)? != ALGORITHM {
        return Err(Refusal::Incomplete("the algorithm is not AWS4-HMAC-SHA256"));
    }
    let time = part("X-Amz-Date").ok_or(Refusal::Incomplete("X-Amz-Date is missing"))?;
    let expires = part("X-Amz-Expires").and_then(|text| text.parse::<i64>().ok());
    let expires = expires.ok_or(Refusal::Incomplete("X-Amz-Expires is missing"))? * SECOND;
    read(|name| part(&format!("X-Amz-{name}")), time, part("X-Amz-Security-Token"), Some(expires))
}

fn read(
    part: impl Fn(&str) -> Option<String>,
    time: String,
    session: Option<String>,
    expires: Option<i64>,
) -> Result<Claim, Refusal> {
    let credential = part("Credential").ok_or(Refusal::Incomplete("Credential is missing"))?;
    let names = part("SignedHeaders").ok_or(Refusal::Incomplete("SignedHeaders is missing"))?;
    let signature = part("Signature").ok_or(Refusal::Incomplete("Signature is missing"))?;
    let scope: Vec<&str> = credential.split('/').collect();
    let [access, date, region, service, "aws4_request"] = scope[..] else {
        return Err(Refusal::Incomplete("Credential is not of the form KEY/DATE/REGION/SERVICE/aws4_request"));
    };
    let at = moment(&time).ok_or(Refusal::Incomplete("X-Amz-Date is not a time"))?;
    if !time.starts_with(date) {
        return Err(Refusal::Incomplete("the date of Credential is not that of X-Amz-Date"));
    }
    Ok(Claim {
        access: access.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        at,
        expires,
        date: date.to_owned(),
        names: names.split(';').map(str::to_ascii_lowercase).collect(),
        signature,
        session,
        time,
    })
}

/// `20261124T220000Z`
fn moment(text: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// Whether these keys signed this request, whenever that was.
pub fn check(request: &Signed<'_>, keys: &Keys) -> Result<Claim, Refusal> {
    let claim = claim(request)?;
    if claim.access != keys.access {
        return Err(Refusal::UnknownKey(claim.access));
    }
    if claim.session.as_deref().unwrap_or_default() != keys.session {
        return Err(Refusal::Session);
    }
    if !claim.names.iter().any(|name| name == "host") {
        return Err(Refusal::Incomplete("the host is not among the signed headers"));
    }
    let canonical = canonical(request, &claim);
    let scope = format!("{}/{}/{}/aws4_request", claim.date, claim.region, claim.service);
    let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{}", claim.time, hex(&Sha256::digest(&canonical)));
    let steps = [claim.date.as_str(), &claim.region, &claim.service, "aws4_request"];
    let key = steps.iter().fold(format!("AWS4{}", keys.secret).into_bytes(), |key, step| mac(&key, step.as_bytes()));
    let expected = hex(&mac(&key, to_sign.as_bytes()));
    // every byte is looked at, however early one differs
    let differs = expected.bytes().zip(claim.signature.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    if differs != 0 || expected.len() != claim.signature.len() {
        return Err(Refusal::Mismatch { canonical, to_sign });
    }
    Ok(claim)
}

/// Whether these keys signed this request, and lately: `now` is the real time, not the world's.
pub fn verify(request: &Signed<'_>, keys: &Keys, now: i64) -> Result<Claim, Refusal> {
    let claim = check(request, keys)?;
    claim.within(now, claim.expires.unwrap_or(SKEW))?;
    Ok(claim)
}

impl Claim {
    /// Whether it was signed at most so long ago.
    pub fn within(&self, now: i64, holds: i64) -> Result<(), Refusal> {
        if now > self.at + holds {
            return Err(Refusal::Expired { at: self.at, now });
        }
        if now < self.at - SKEW {
            return Err(Refusal::Early { at: self.at, now });
        }
        Ok(())
    }
}

fn canonical(request: &Signed<'_>, claim: &Claim) -> String {
    let path = match claim.service.as_str() {
        // S3's paths may hold anything, and are encoded once
        "s3" => request.path.to_owned(),
        _ => encode(request.path.as_bytes(), b"/"),
    };
    let mut query: Vec<(String, String)> = request
        .query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(&decode(name), b""), encode(&decode(value), b"")))
        .filter(|(name, _)| name != "X-Amz-Signature")
        .collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut text = format!("{}\n{path}\n{}\n", request.method, query.join("&"));
    for name in &claim.names {
        let values = request.headers.get_all(name.as_str()).iter();
        let tidy = |value: &[u8]| String::from_utf8_lossy(value).split_whitespace().collect::<Vec<_>>().join(" ");
        let values: Vec<String> = values.map(|value| tidy(value.as_bytes())).collect();
        let _infallible = writeln!(text, "{name}:{}", values.join(","));
    }
    let said = request.headers.get("x-amz-content-sha256").and_then(|value| value.to_str().ok());
    let unsigned = said == Some(UNSIGNED) || claim.service == "s3" && claim.expires.is_some();
    let hash = if unsigned { UNSIGNED.to_owned() } else { hex(&Sha256::digest(request.body)) };
    let _infallible = write!(text, "\n{}\n{hash}", claim.names.join(";"));
    text
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return vec![] };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn encode(bytes: &[u8], also: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.contains(&byte);
    let one = |byte: &u8| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    bytes.iter().map(one).collect()
}

fn decode(text: &str) -> Vec<u8> {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten();
        let value = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        if let Some(value) = value {
            bytes.push(value);
            rest = &tail[2..];
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            rest = tail;
        }
    }
    bytes
}

#[cfg(test)]
pub(crate) mod tests {
    use hyper::Request;

    use super::*;

    // The signatures below were made by botocore 1.44.8 with its clock at this moment.
    pub const SIGNED: i64 = 1_795_557_600_000;
    const SIGNED_TEXT: &str = "20261124T220000Z";
    const TOKEN: &str = "IQoJ//session+token==";

    pub fn keys() -> Keys {
        Keys {
            access: "ASIAQDEMOEXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            session: TOKEN.into(),
            token: "unused".into(),
        }
    }

    fn header(method: &str, uri: &str, scope: &str, headers: &str, signature: &str) -> Parts {
        let names = format!("{headers}host;x-amz-date;x-amz-security-token");
        authorized(method, uri, scope, &names, signature).body(()).unwrap().into_parts().0
    }

    fn authorized(method: &str, uri: &str, scope: &str, names: &str, sum: &str) -> hyper::http::request::Builder {
        let credential = format!("ASIAQDEMOEXAMPLE/20261124/{scope}/aws4_request");
        let text = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={sum}");
        let request = Request::builder().method(method).uri(uri).header("host", "127.0.0.1:4566");
        request.header("x-amz-date", SIGNED_TEXT).header("x-amz-security-token", TOKEN).header("authorization", text)
    }

    pub const BODY: &[u8] = b"Action=DescribeVpcs&Version=2016-11-15";

    /// A call of EC2 in us-west-2.
    pub fn post() -> Parts {
        let names = "content-type;host;x-amz-date;x-amz-security-token;x-two";
        let sum = "48fdd605c2682e96c7199923728e5b26c65fa46129d279188f4cca1051c1a243";
        authorized("POST", "/", "us-west-2/ec2", names, sum)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("x-two", "a   b ")
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    #[test]
    fn a_signed_form_is_let_in_and_says_where_it_is_meant_for() {
        let parts = post();
        let claim = verify(&Signed::of(&parts, BODY), &keys(), SIGNED + MINUTE).unwrap();
        assert_eq!((claim.region.as_str(), claim.service.as_str(), claim.at), ("us-west-2", "ec2", SIGNED));
    }

    #[test]
    fn a_path_and_a_query_with_escapes_are_signed_as_botocore_signs_them() {
        let uri = "/clusters/a%20b/node-groups?maxResults=10&include=all%2Fx&b=&a=1%3A2~";
        let sum = "98e62da2843040029b506bd142652d8acd13a8b2a5b5d32bc8ebcc18335dad80";
        let parts = header("GET", uri, "us-east-1/eks", "", sum);
        assert_eq!(verify(&Signed::of(&parts, b""), &keys(), SIGNED).map(|claim| claim.service), Ok("eks".into()));
        let parts = header("GET", &uri.replace("=10", "=11"), "us-east-1/eks", "", sum);
        assert!(matches!(verify(&Signed::of(&parts, b""), &keys(), SIGNED), Err(Refusal::Mismatch { .. })));
    }

    const PRESIGNED: &str = "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=ASIAQDEMOEXAMPLE%2F20261124%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20261124T220000Z\
        &X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=IQoJ%2F%2Fsession%2Btoken%3D%3D\
        &X-Amz-Signature=1432837dcec2f96d8c03ed046053c321a6989ed41a480de348c03ddb7e1ff1bb";

    fn presigned(cluster: &str) -> Parts {
        let request = Request::builder().uri(PRESIGNED).header("host", "sts.us-east-1.amazonaws.com");
        request.header("x-k8s-aws-id", cluster).body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_presigned_address_holds_for_what_it_says_and_only_for_its_headers() {
        let parts = presigned("app-use1");
        let at = |now| verify(&Signed::of(&parts, b""), &keys(), now).map(|claim| claim.expires);
        assert_eq!(at(SIGNED + 59_000), Ok(Some(60_000)));
        assert_eq!(at(SIGNED + 61_000), Err(Refusal::Expired { at: SIGNED, now: SIGNED + 61_000 }));
        let other = presigned("app-usw2");
        assert!(matches!(check(&Signed::of(&other, b""), &keys()), Err(Refusal::Mismatch { .. })));
    }

    #[test]
    fn another_secret_body_key_or_session_is_refused_and_so_is_another_time() {
        let parts = post();
        let with = |keys: Keys, body: &[u8], now| verify(&Signed::of(&parts, body), &keys, now).unwrap_err();
        let secret = Keys { secret: "another".into(), ..keys() };
        assert!(matches!(with(secret, BODY, SIGNED), Refusal::Mismatch { .. }));
        assert!(matches!(with(keys(), b"Action=DescribeVpcs", SIGNED), Refusal::Mismatch { .. }));
        let access = Keys { access: "AKIA".into(), ..keys() };
        assert_eq!(with(access, BODY, SIGNED), Refusal::UnknownKey("ASIAQDEMOEXAMPLE".into()));
        assert_eq!(with(Keys { session: String::new(), ..keys() }, BODY, SIGNED), Refusal::Session);
        assert!(matches!(with(keys(), BODY, SIGNED + 6 * MINUTE), Refusal::Expired { .. }));
        assert!(matches!(with(keys(), BODY, SIGNED - 6 * MINUTE), Refusal::Early { .. }));
    }

    #[test]
    fn what_is_not_signed_or_not_readable_says_so() {
        let request = |text: Option<&str>| {
            let request = Request::builder().uri("/");
            let request = text.into_iter().fold(request, |request, text| request.header("authorization", text));
            let parts = request.body(()).unwrap().into_parts().0;
            claim(&Signed::of(&parts, b"")).unwrap_err()
        };
        assert_eq!(request(None), Refusal::Missing);
        assert!(matches!(request(Some("Bearer abc")), Refusal::Incomplete(_)));
        assert!(matches!(request(Some("AWS4-HMAC-SHA256 Credential=a/b")), Refusal::Incomplete(_)));
    }
}

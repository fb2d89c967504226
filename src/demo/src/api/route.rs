//! Paths: which resource, where, and what shall be done with it.
use std::num::{IntErrorKind, ParseIntError};

use hyper::Method;

use crate::kube::{
    refused::Refused,
    resource::{self, Resource},
};

/// What stands behind the question mark.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter; one that is empty counts as not there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next().filter(|value| !value.is_empty())
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.all(name).next().is_some_and(|value| !["false", "0"].contains(&value))
    }

    /// A whole number; what is none is refused.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Refused> {
        let read = |text: &str| {
            text.parse().map_err(|error: ParseIntError| {
                let why = match error.kind() {
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
                    _ => "invalid syntax",
                };
                Refused::bad_request(format!("strconv.ParseInt: parsing {text:?}: {why}"))
            })
        };
        self.get(name).map(read).transpose()
    }

    pub fn dry_run(&self) -> bool {
        self.all("dryRun").any(|value| value == "All")
    }
}

#[derive(Clone, Debug)]
pub struct Target {
    pub resource: &'static Resource,
    pub namespace: Option<String>,
    pub name: Option<String>,
    pub subresource: Option<String>,
}

impl Target {
    /// As the store has it: without a namespace, where the kind has none.
    pub fn space(&self) -> &str {
        self.namespace.as_deref().filter(|_| self.resource.namespaced).unwrap_or_default()
    }

    pub fn named(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// `pods/log`
    pub fn words(&self) -> String {
        match &self.subresource {
            Some(sub) => format!("{}/{sub}", self.resource.plural),
            None => self.resource.plural.to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Route {
    Health,
    Version,
    /// `/api`, `/apis`, `/apis/GROUP`, `/apis/GROUP/VERSION`, as segments.
    Discovery(Vec<String>),
    OpenApi(Vec<String>),
    /// The plural of what is posted to the groups of authentication and authorization.
    Review(&'static str),
    /// What follows `/apis/metrics.k8s.io/v1beta1`.
    Metrics(Vec<String>),
    Resource(Target),
    Other(String),
}

pub const REVIEWS: [(&str, &str, &str); 3] = [
    ("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
    ("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    ("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
];

impl Route {
    pub fn parse(path: &str) -> Self {
        let segments: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let words: Vec<&str> = segments.iter().map(String::as_str).collect();
        let review = |group: &str, plural: &str| REVIEWS.iter().find(|row| row.0 == group && row.1 == plural);
        match words[..] {
            ["healthz" | "livez" | "readyz", ..] => Self::Health,
            ["version"] => Self::Version,
            ["api" | "apis"] | ["api", "v1"] | ["apis", _] | ["apis", _, _] => Self::Discovery(segments),
            ["openapi", ..] => Self::OpenApi(segments[1..].to_vec()),
            ["apis", group, "v1", plural] if review(group, plural).is_some() => {
                review(group, plural).map_or_else(|| Self::Other(path.to_owned()), |row| Self::Review(row.1))
            }
            ["apis", "metrics.k8s.io", "v1beta1", ..] => Self::Metrics(segments[3..].to_vec()),
            ["api", version, ..] => Self::resource("", version, &words[2..]).unwrap_or(Self::Other(path.to_owned())),
            ["apis", group, version, ..] => {
                Self::resource(group, version, &words[3..]).unwrap_or(Self::Other(path.to_owned()))
            }
            _ => Self::Other(path.to_owned()),
        }
    }

    fn resource(group: &str, version: &str, rest: &[&str]) -> Option<Self> {
        // `namespaces/x` is a namespace, and so is its status; `namespaces/x/pods` is within one
        let (namespace, rest) = match rest {
            ["namespaces", _, "status" | "finalize"] => (None, rest),
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some((*namespace).to_owned()), rest),
            rest => (None, rest),
        };
        let (plural, name, subresource) = match rest {
            [plural] => (plural, None, None),
            [plural, name] => (plural, Some((*name).to_owned()), None),
            [plural, name, sub] => (plural, Some((*name).to_owned()), Some((*sub).to_owned())),
            _ => return None,
        };
        let resource = resource::find(group, version, plural)?;
        let fits = resource.namespaced || namespace.is_none();
        let placed = !resource.namespaced || name.is_none() || namespace.is_some();
        (fits && placed).then_some(Self::Resource(Target { resource, namespace, name, subresource }))
    }

    /// How faults name it.
    pub fn operation(&self, method: &Method, query: &Query) -> String {
        match self {
            Self::Resource(target) => format!("{} {}", verb(method, target, query), target.words()),
            Self::Review(plural) => format!("create {plural}"),
            Self::Metrics(rest) => format!("get metrics {}", rest.join("/")),
            Self::Health => "get healthz".to_owned(),
            Self::Version => "get version".to_owned(),
            Self::Discovery(path) | Self::OpenApi(path) => format!("discover {}", path.join("/")),
            Self::Other(path) => format!("get {path}"),
        }
    }
}

fn decoded(segment: &str) -> String {
    if !segment.contains('%') {
        return segment.to_owned();
    }
    // a plus stands for itself in a path
    let escaped = segment.replace('+', "%2B").replace('=', "%3D").replace('&', "%26");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}

/// What a request does, in the words of the API.
pub fn verb(method: &Method, target: &Target, query: &Query) -> &'static str {
    match (method.as_str(), &target.name) {
        ("GET" | "HEAD", None) if query.flag("watch") => "watch",
        ("GET" | "HEAD", None) => "list",
        ("GET" | "HEAD", Some(_)) => "get",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", None) => "deletecollection",
        ("DELETE", Some(_)) => "delete",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(method: &str, uri: &str) -> String {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let route = Route::parse(path);
        let place = match &route {
            Route::Resource(target) => format!(" {}/{}", target.space(), target.named()),
            _ => String::new(),
        };
        route.operation(&method.parse().unwrap(), &Query::parse(query)) + &place
    }

    #[test]
    fn paths_name_resources() {
        assert_eq!(words("GET", "/api/v1/pods"), "list pods /");
        assert_eq!(words("GET", "/api/v1/namespaces/shop/pods?watch=true"), "watch pods shop/");
        assert_eq!(words("GET", "/api/v1/namespaces/shop/pods?watch=false"), "list pods shop/");
        assert_eq!(words("GET", "/api/v1/namespaces/shop/pods/web-1/log"), "get pods/log shop/web-1");
        assert_eq!(words("DELETE", "/api/v1/namespaces/shop"), "delete namespaces /shop");
        assert_eq!(words("PUT", "/api/v1/namespaces/shop/status"), "update namespaces/status /shop");
        assert_eq!(
            words("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web/scale"),
            "patch deployments/scale shop/web"
        );
        assert_eq!(words("DELETE", "/api/v1/namespaces/shop/pods"), "deletecollection pods shop/");
        assert_eq!(
            words("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
            "create selfsubjectaccessreviews"
        );
    }

    #[test]
    fn what_is_not_served_is_not_found() {
        for path in [
            "/apis/apps/v1/pods",
            "/api/v1/namespaces/shop/nodes",
            "/api/v2/pods",
            "/apis/apps/v1/deployments/web",
            "/x",
        ] {
            assert!(matches!(Route::parse(path), Route::Other(_)), "{path}");
        }
    }
}

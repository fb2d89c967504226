//! What the SDK reports, in our words: what failed, why, what to do. Never the SDK's own dump.
use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{
    orchestrator::HttpResponse,
    result::{ConnectorError, SdkError},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::credentials::Origin;
use crate::error::{Error, Trouble};

/// What is asked: in words, and as the permission it takes.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub doing: &'static str,
    pub action: &'static str,
}

impl Ask {
    #[must_use]
    pub const fn new(doing: &'static str, action: &'static str) -> Self {
        Self { doing, action }
    }
}

/// Where it was asked, and what is known of the credentials.
pub(super) struct Ground<'a> {
    pub(super) region: &'a str,
    pub(super) origin: &'a Origin,
    /// These credentials were taken in another region, and never yet in this one.
    pub(super) only_elsewhere: bool,
}

/// The longest reason that is shown; AWS can send pages.
const LONGEST: usize = 400;

pub(super) fn error<E>(ask: Ask, ground: &Ground<'_>, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if let SdkError::ServiceError(refusal) = error
        && let status @ 400.. = refusal.raw().status().as_u16()
    {
        return refused(ask, ground, status, refusal.err().code().unwrap_or_default(), refusal.err().message());
    }
    let what = failed(ask, ground);
    let causes = causes(error);
    if let Some(at) = causes.iter().position(|cause| cause.is::<CredentialsError>()) {
        return no_credentials(what, ground, &causes[at..]);
    }
    let reason = spoken(&causes);
    match error {
        SdkError::TimeoutError(_) => no_answer(what),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => no_answer(what),
        SdkError::DispatchFailure(_) => unreachable_because(what, &reason),
        SdkError::ResponseError(answer) => unreadable(what, answer.raw().status().as_u16(), &reason),
        // JSON that cannot be read comes as an error of the service, in an answer that says all went well
        SdkError::ServiceError(answer) => unreadable(what, answer.raw().status().as_u16(), &reason),
        _ => Error::new(Trouble::Other, what, reason),
    }
}

fn failed(ask: Ask, ground: &Ground<'_>) -> String {
    format!("cannot {} in {}", ask.doing, ground.region)
}

/// AWS answered, with an error code.
fn refused(ask: Ask, ground: &Ground<'_>, status: u16, code: &str, message: Option<&str>) -> Error {
    let why = match (clean(message.unwrap_or_default()), code) {
        (text, "") if text.is_empty() => format!("status {status} without a reason"),
        (text, code) if text.is_empty() => code.to_owned(),
        (text, _) => text,
    };
    let what = failed(ask, ground);
    let region = ground.region;
    match trouble(code, status) {
        Trouble::Credentials if ground.only_elsewhere && !code.contains("Expired") => {
            Error::new(Trouble::Denied, what, format!("{region} does not know these credentials, other regions do"))
                .hint(format!(
                    "the region may not be enabled: aws account get-region-opt-status --region-name {region}"
                ))
        }
        Trouble::Credentials => Error::new(Trouble::Credentials, what, why).hint(ground.origin.mend()),
        Trouble::Denied if code == "OptInRequired" => Error::new(Trouble::Denied, what, why)
            .hint(format!("the region or the service is not enabled for this account: {region}")),
        Trouble::Denied => {
            let hint = if why.contains("service control policy") { "an organisation's policy forbids it" } else { "" };
            Error::new(Trouble::Denied, format!("denied: {} in {region}", ask.action), why).hint(hint)
        }
        Trouble::Throttled => {
            Error::new(Trouble::Throttled, what, why).hint("others use up what the account may ask of this region")
        }
        _ if code.contains("TimeTooSkewed")
            || why.contains("Signature expired")
            || why.contains("Signature not yet") =>
        {
            Error::new(Trouble::Other, what, why).hint("the clock of this machine is wrong")
        }
        trouble => Error::new(trouble, what, why),
    }
}

/// What an error code means for us. EC2, which is older than the rest, says things in its own way.
fn trouble(code: &str, status: u16) -> Trouble {
    match code {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "TokenRefreshRequired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "SignatureDoesNotMatch" => Trouble::Credentials,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "Client.UnauthorizedOperation"
        | "NotAuthorized"
        | "UnauthorizedException"
        | "OptInRequired" => Trouble::Denied,
        "RequestLimitExceeded" | "SlowDown" | "BandwidthLimitExceeded" | "PriorRequestNotComplete" => {
            Trouble::Throttled
        }
        _ if code.contains("Throttl") || code.starts_with("TooManyRequests") => Trouble::Throttled,
        _ if code.ends_with("NotFound") || code.contains("NotFoundException") || code.contains(".NotFound") => {
            Trouble::NotFound
        }
        _ => match status {
            401 => Trouble::Credentials,
            403 if code.is_empty() => Trouble::Denied,
            429 => Trouble::Throttled,
            500.. => Trouble::Unreachable,
            _ => Trouble::Other,
        },
    }
}

fn no_credentials(what: String, ground: &Ground<'_>, causes: &[&(dyn StdError + 'static)]) -> Error {
    let reason = spoken(causes);
    if causes.iter().any(|cause| cause.is::<ConnectorError>()) {
        return unreachable_because(what, &format!("credentials cannot be fetched: {reason}"));
    }
    let missing = matches!(causes[0].downcast_ref(), Some(CredentialsError::CredentialsNotLoaded(_)));
    // the default chain ends with a page on each of its providers
    let reason = reason.split(" Attempted:").next().unwrap_or_default().to_owned();
    let absent = |cause: &&(dyn StdError + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound)
    };
    if matches!(ground.origin, Origin::Login { .. }) && causes.iter().any(absent) {
        return Error::new(
            Trouble::Credentials,
            what,
            "nobody has logged in on this machine, or the session was ended",
        )
        .hint(ground.origin.mend());
    }
    let why = match told_by_program(&reason) {
        Some(told) => told,
        None if missing => format!("no credentials: {reason}"),
        None => reason,
    };
    Error::new(Trouble::Credentials, what, why).hint(ground.origin.mend())
}

/// There are no credentials to be had.
pub(super) fn uncredentialed(region: &str, origin: &Origin, error: &CredentialsError) -> Error {
    const ASK: Ask = Ask::new("get credentials", "sts:GetCallerIdentity");
    let ground = Ground { region, origin, only_elsewhere: false };
    no_credentials(failed(ASK, &ground), &ground, &causes(error))
}

/// What a `credential_process` said, without the words that the SDK lays around it.
fn told_by_program(reason: &str) -> Option<String> {
    let (code, said) =
        reason.split_once("external process exited with code exit status: ")?.1.split_once(". Stderr: ")?;
    let said = if said.is_empty() { "it did not say why" } else { said };
    Some(format!("the program that gets them ended with {code}: {said}"))
}

fn no_answer(what: String) -> Error {
    Error::new(Trouble::Unreachable, what, "no answer in time").hint("network, VPN or proxy: HTTPS_PROXY, NO_PROXY")
}

fn unreachable_because(what: String, reason: &str) -> Error {
    let low = reason.to_ascii_lowercase();
    let (why, hint) = if low.contains("certificate") {
        (reason.to_owned(), "a proxy's own CA goes into AWS_CA_BUNDLE")
    } else if low.contains("dns error") || low.contains("failed to lookup") {
        (format!("the name cannot be resolved: {reason}"), "network or VPN; is the region's name right?")
    } else if low.contains("refused") {
        (format!("nobody listens there: {reason}"), "")
    } else {
        (reason.to_owned(), "")
    };
    let hint = if hint.is_empty() && proxied() {
        "a proxy is set: HTTP_PROXY, HTTPS_PROXY; what NO_PROXY names goes around it"
    } else {
        hint
    };
    Error::new(Trouble::Unreachable, what, why).hint(hint)
}

/// Whether calls may go through a proxy, as the environment has it.
fn proxied() -> bool {
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        .iter()
        .flat_map(|name| [std::env::var_os(name), std::env::var_os(name.to_lowercase())])
        .flatten()
        .any(|value| !value.is_empty())
}

fn unreadable(what: String, status: u16, reason: &str) -> Error {
    if broke_off(reason) {
        return Error::new(Trouble::Unreachable, what, format!("the answer broke off: {reason}"));
    }
    Error::new(Trouble::Other, what, format!("an answer that cannot be read (status {status}): {reason}"))
        .hint("does a proxy or AWS_ENDPOINT_URL answer in place of AWS?")
}

fn broke_off(reason: &str) -> bool {
    [
        "incomplete",
        "ends before",
        "reading a body",
        "connection",
        "end of file",
        "end of stream",
        "before its end tag",
        "unexpected eof",
        "stream error",
        "minimum throughput",
    ]
    .iter()
    .any(|sign| reason.to_ascii_lowercase().contains(sign))
}

/// The error and what is behind it, outermost first.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    // a chain that bites its tail must not hang the console
    let mut all = vec![error];
    while let Some(cause) = all.last().copied().and_then(StdError::source)
        && all.len() < 24
    {
        all.push(cause);
    }
    all
}

/// The chain as one sentence. The SDK's outer layers say only that something failed, and layers repeat each other.
fn spoken(causes: &[&(dyn StdError + 'static)]) -> String {
    const EMPTY: [&str; 13] = [
        "unexpected credentials error",
        "an error occurred while loading credentials",
        "the credential provider was not enabled",
        "the credentials provider was not properly configured",
        "client error (Connect)",
        "dispatch failure",
        "service error",
        "construction failure",
        "response error",
        "request has timed out",
        "unhandled error",
        "other",
        "io error",
    ];
    let mut parts: Vec<String> = vec![];
    for cause in causes {
        let text = clean(&cause.to_string());
        let ours = text.ends_with("interceptor encountered an error");
        let empty = ours || text.is_empty() || EMPTY.contains(&text.as_str());
        if !empty && !parts.iter().any(|said| said.contains(&text)) {
            parts.push(text);
        }
    }
    let whole = parts.join(": ");
    if whole.is_empty() { "no reason was given".to_owned() } else { clean(&whole) }
}

/// One line without control characters, without encoded blobs, of bearable length.
fn clean(text: &str) -> String {
    let text = text.split("Encoded authorization failure message").next().unwrap_or_default();
    let words: Vec<&str> =
        text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

    use super::*;

    const ASK: Ask = Ask::new("list VPCs", "ec2:DescribeVpcs");

    fn sso() -> Origin {
        Origin::Sso { profile: "prod".into() }
    }

    /// As the SDK wraps what it could not read.
    #[derive(Debug)]
    struct Unread(std::io::Error, ErrorMetadata);

    impl std::fmt::Display for Unread {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("unhandled error")
        }
    }

    impl StdError for Unread {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    impl ProvideErrorMetadata for Unread {
        fn meta(&self) -> &ErrorMetadata {
            &self.1
        }
    }

    fn of(error: &SdkError<ErrorMetadata, HttpResponse>) -> Error {
        super::error(ASK, &Ground { region: "eu-west-1", origin: &sso(), only_elsewhere: false }, error)
    }

    fn answer(status: u16) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty())
    }

    fn service(status: u16, code: &str, message: &str) -> SdkError<ErrorMetadata, HttpResponse> {
        SdkError::service_error(ErrorMetadata::builder().code(code).message(message).build(), answer(status))
    }

    #[test]
    fn a_denied_call_names_the_permission_and_the_region() {
        let told = of(&service(
            403,
            "UnauthorizedOperation",
            "You are not authorized to perform this operation. Encoded authorization failure message: AbCdEf0123",
        ));
        assert_eq!(told.trouble, Trouble::Denied);
        assert_eq!(told.what, "denied: ec2:DescribeVpcs in eu-west-1");
        assert_eq!(told.why, "You are not authorized to perform this operation.");
    }

    #[test]
    fn expired_credentials_come_with_the_command_that_mends_them() {
        for code in
            ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "AuthFailure", "UnrecognizedClientException"]
        {
            let told = of(&service(400, code, "Request has expired."));
            assert_eq!(
                (told.trouble, told.hint.as_str()),
                (Trouble::Credentials, "aws sso login --profile prod"),
                "{code}"
            );
        }
    }

    #[test]
    fn a_region_that_is_not_enabled_does_not_look_like_bad_credentials() {
        let ground = Ground { region: "af-south-1", origin: &sso(), only_elsewhere: true };
        let told =
            super::error(ASK, &ground, &service(401, "AuthFailure", "AWS was not able to validate the credentials"));
        assert_eq!(told.trouble, Trouble::Denied);
        assert!(told.hint.contains("af-south-1"), "{told}");
        let told = super::error(ASK, &ground, &service(400, "ExpiredToken", "expired"));
        assert_eq!(told.trouble, Trouble::Credentials);
    }

    #[test]
    fn codes_of_all_services_find_their_trouble() {
        let cases = [
            ("RequestLimitExceeded", 503, Trouble::Throttled),
            ("ThrottlingException", 400, Trouble::Throttled),
            ("Throttling", 400, Trouble::Throttled),
            ("TooManyRequestsException", 429, Trouble::Throttled),
            ("AccessDeniedException", 400, Trouble::Denied),
            ("AccessDenied", 403, Trouble::Denied),
            ("InvalidVpcID.NotFound", 400, Trouble::NotFound),
            ("InvalidAMIID.NotFound", 400, Trouble::NotFound),
            ("ResourceNotFoundException", 404, Trouble::NotFound),
            ("LoadBalancerNotFound", 400, Trouble::NotFound),
            ("InternalError", 500, Trouble::Unreachable),
            ("ServiceUnavailable", 503, Trouble::Unreachable),
            ("InvalidParameterValue", 400, Trouble::Other),
        ];
        for (code, status, trouble) in cases {
            assert_eq!(of(&service(status, code, "because")).trouble, trouble, "{code}");
        }
    }

    #[test]
    fn the_reason_of_a_broken_line_is_at_the_end_of_the_chain_and_is_told() {
        let io = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "Connection refused (os error 111)");
        let told = of(&SdkError::dispatch_failure(ConnectorError::io(io.into())));
        assert_eq!(told.trouble, Trouble::Unreachable);
        assert_eq!(told.what, "cannot list VPCs in eu-west-1");
        assert!(told.why.contains("Connection refused (os error 111)"), "{told}");
        assert!(!told.why.contains('{') && !told.why.contains("dispatch failure"), "{told}");
    }

    #[test]
    fn a_timeout_and_an_unreadable_answer_are_told_apart() {
        assert_eq!(of(&SdkError::timeout_error("10 s")).trouble, Trouble::Unreachable);
        let told = of(&SdkError::response_error("expected `<`", answer(200)));
        assert_eq!(told.trouble, Trouble::Other);
        assert!(told.why.contains("expected `<`"), "{told}");
        let told = of(&SdkError::response_error("the answer ends before its end tag", answer(200)));
        assert_eq!(told.trouble, Trouble::Unreachable);
        let told = of(&SdkError::response_error("error reading a body from connection", answer(200)));
        assert_eq!(told.trouble, Trouble::Unreachable);
    }

    #[test]
    fn half_a_json_answer_is_not_a_refusal() {
        let half = std::io::Error::other("unexpected end of stream");
        let told = super::error(
            ASK,
            &Ground { region: "eu-west-1", origin: &sso(), only_elsewhere: false },
            &SdkError::service_error(Unread(half, ErrorMetadata::builder().build()), answer(200)),
        );
        assert_eq!(told.trouble, Trouble::Unreachable);
        assert_eq!(told.why, "the answer broke off: unexpected end of stream");
    }

    #[test]
    fn missing_credentials_are_not_an_unreachable_service() {
        let none = CredentialsError::not_loaded("the profile has no keys");
        let told = of(&SdkError::dispatch_failure(ConnectorError::other(none.into(), None)));
        assert_eq!((told.trouble, told.hint.as_str()), (Trouble::Credentials, "aws sso login --profile prod"));
        assert!(told.why.contains("the profile has no keys"), "{told}");
    }

    #[test]
    fn credentials_that_cannot_be_fetched_for_want_of_a_network_say_so() {
        let io = std::io::Error::other("dns error: failed to lookup address");
        let behind = CredentialsError::provider_error(ConnectorError::io(io.into()));
        let told = of(&SdkError::dispatch_failure(ConnectorError::other(behind.into(), None)));
        assert_eq!(told.trouble, Trouble::Unreachable);
    }

    #[test]
    fn of_a_program_that_failed_its_own_words_are_left() {
        let sdk = "Error retrieving credentials: external process exited with code exit status: 3. Stderr: the keychain is locked";
        assert_eq!(told_by_program(sdk).unwrap(), "the program that gets them ended with 3: the keychain is locked");
        assert_eq!(told_by_program("the token has expired"), None);
    }

    #[test]
    fn a_long_or_dirty_message_becomes_one_short_line() {
        let told = of(&service(400, "ValidationError", &format!("a\x1b[31m\nb {}", "x".repeat(1000))));
        assert!(told.why.starts_with("a [31m b x") && told.why.chars().count() <= LONGEST + 1, "{told}");
    }
}

//! Whose credentials an account uses: where they come from, until when they hold, and what renews them.
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use aws_config::{
    default_provider::credentials::DefaultCredentialsChain,
    imds,
    profile::{self, ProfileFileCredentialsProvider, ProfileSet},
    provider_config::ProviderConfig,
};
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_types::{
    os_shim_internal::{Env, Fs},
    region::Region,
};
use tokio::sync::watch;

/// Where credentials come from, as far as the configuration tells: decides which command mends them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Sso {
        profile: String,
    },
    /// `aws login`.
    Login {
        profile: String,
    },
    /// `credential_process`.
    Process {
        profile: String,
        command: String,
    },
    Keys {
        profile: String,
    },
    Environment,
    WebIdentity,
    /// Nothing is configured: the role of the machine, if it has one.
    Machine,
    NoSuchProfile {
        profile: String,
        known: Vec<String>,
    },
    Unreadable(String),
}

impl Origin {
    /// What the user does so that the next try succeeds.
    #[must_use]
    pub fn mend(&self) -> String {
        match self {
            Self::Sso { profile } => format!("aws sso login --profile {profile}"),
            Self::Login { profile } => format!("aws login --profile {profile}"),
            Self::Process { profile, command } => format!("profile {profile} gets them by: {command}"),
            Self::Keys { profile } => format!("put new keys in: aws configure --profile {profile}"),
            Self::Environment => {
                "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN anew and start again, or \
                                  unset them and use a profile"
                    .to_owned()
            }
            Self::WebIdentity => "look at AWS_WEB_IDENTITY_TOKEN_FILE and the role's trust policy".to_owned(),
            Self::Machine => "name a profile: --profile NAME or AWS_PROFILE; a new one: aws configure sso".to_owned(),
            Self::NoSuchProfile { profile, known } if known.is_empty() => {
                format!("there is no profile at all; make one: aws configure sso --profile {profile}")
            }
            Self::NoSuchProfile { known, .. } => format!("profiles there are: {}", known.join(", ")),
            Self::Unreadable(why) => format!("~/.aws/config cannot be read: {why}"),
        }
    }

    /// Of the account named so; empty: the default chain, which looks into the environment first.
    pub(super) async fn of(account: &str, env: &Env, fs: &Fs) -> Self {
        let set = |name: &str| env.get(name).is_ok_and(|value| !value.is_empty());
        if account.is_empty() && set("AWS_ACCESS_KEY_ID") {
            return Self::Environment;
        }
        let named = (!account.is_empty()).then(|| account.to_owned().into());
        #[expect(deprecated, reason = "the only path to the type that does not name another crate")]
        let files = profile::profile_file::ProfileFiles::default();
        match profile::load(fs, env, &files, named).await {
            Ok(profiles) => match Self::find(&profiles, profiles.selected_profile()) {
                Self::NoSuchProfile { .. } if account.is_empty() && set("AWS_WEB_IDENTITY_TOKEN_FILE") => {
                    Self::WebIdentity
                }
                Self::NoSuchProfile { .. } if account.is_empty() && !set("AWS_PROFILE") => Self::Machine,
                found => found,
            },
            Err(error) => Self::Unreadable(error.to_string()),
        }
    }

    /// Follows `source_profile` to where the first credentials of a chain come from.
    fn find(profiles: &ProfileSet, named: &str) -> Self {
        let mut name = named;
        // a chain of roles may be a circle
        for _ in 0..8 {
            let Some(found) = profiles.get_profile(name) else {
                let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
                known.sort();
                return Self::NoSuchProfile { profile: name.to_owned(), known };
            };
            let profile = name.to_owned();
            if found.get("sso_session").or(found.get("sso_start_url")).is_some() {
                return Self::Sso { profile };
            }
            if found.get("login_session").is_some() {
                return Self::Login { profile };
            }
            if let Some(command) = found.get("credential_process") {
                return Self::Process { profile, command: command.to_owned() };
            }
            if found.get("web_identity_token_file").is_some() {
                return Self::WebIdentity;
            }
            match (found.get("source_profile"), found.get("credential_source")) {
                (Some(source), _) if source != name => name = source,
                (None, Some("Environment")) => return Self::Environment,
                (None, Some(_)) => return Self::Machine,
                _ => return Self::Keys { profile },
            }
        }
        Self::Keys { profile: name.to_owned() }
    }
}

/// When the credentials of each account end, in seconds since 1970; those that do not end are not in it.
#[derive(Clone, Debug, Default)]
pub struct Ends(Arc<watch::Sender<BTreeMap<Arc<str>, i64>>>);

impl Ends {
    #[must_use]
    pub fn of(&self, account: &str) -> Option<i64> {
        self.0.borrow().get(account).copied()
    }

    /// Wakes whenever an account's end is another.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<BTreeMap<Arc<str>, i64>> {
        self.0.subscribe()
    }

    fn put(&self, account: &Arc<str>, end: Option<i64>) {
        self.0.send_if_modified(|all| match end {
            Some(end) => all.insert(account.clone(), end) != Some(end),
            None => all.remove(account).is_some(),
        });
    }
}

/// Hands credentials on and tells when they end.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    inner: SharedCredentialsProvider,
    account: Arc<str>,
    ends: Ends,
}

impl Watched {
    /// A named profile is meant as it is, as with the AWS CLI's `--profile`; without a name the environment comes first.
    pub(super) async fn of(account: &Arc<str>, config: ProviderConfig, home: Region, ends: Ends) -> Self {
        // off EC2 nobody answers there: ask once, briefly
        let imds = imds::Client::builder().configure(&config).max_attempts(1).connect_timeout(Duration::from_secs(1));
        let imds = imds.read_timeout(Duration::from_secs(1)).operation_timeout(Duration::from_secs(2)).build();
        let inner = if account.is_empty() {
            let chain = DefaultCredentialsChain::builder().configure(config).imds_client(imds).region(home);
            SharedCredentialsProvider::new(chain.build().await)
        } else {
            let profile = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(&**account);
            SharedCredentialsProvider::new(profile.build())
        };
        Self { inner, account: account.clone(), ends }
    }

    async fn credentials(&self) -> provider::Result {
        let credentials = self.inner.provide_credentials().await?;
        let ends = credentials.expiry().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        self.ends.put(&self.account, ends.and_then(|at| i64::try_from(at.as_secs()).ok()));
        Ok(credentials)
    }
}

impl ProvideCredentials for Watched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "
[default]
region = eu-west-1
[profile sso]
sso_session = corp
[profile role]
source_profile = sso
role_arn = arn:aws:iam::1:role/x
[profile ring]
source_profile = gnir
[profile gnir]
source_profile = ring
[profile tool]
credential_process = /opt/keys
[profile box]
role_arn = arn:aws:iam::1:role/x
credential_source = Ec2InstanceMetadata
";

    async fn origin(account: &str, env: &[(&str, &str)], config: &str) -> Origin {
        let mut all = vec![("HOME", "/home/me")];
        all.extend(env);
        Origin::of(account, &Env::from_slice(&all), &Fs::from_slice(&[("/home/me/.aws/config", config)])).await
    }

    #[tokio::test]
    async fn a_role_over_sso_is_mended_by_the_login_of_its_source() {
        assert_eq!(origin("role", &[], CONFIG).await.mend(), "aws sso login --profile sso");
        assert_eq!(origin("", &[("AWS_PROFILE", "sso")], CONFIG).await.mend(), "aws sso login --profile sso");
    }

    #[tokio::test]
    async fn a_named_profile_wins_over_keys_in_the_environment_and_no_name_does_not() {
        let keys = [("AWS_ACCESS_KEY_ID", "AKIA")];
        assert_eq!(
            origin("tool", &keys, CONFIG).await,
            Origin::Process { profile: "tool".into(), command: "/opt/keys".into() }
        );
        assert_eq!(origin("", &keys, CONFIG).await, Origin::Environment);
    }

    #[tokio::test]
    async fn each_source_is_told_apart() {
        assert_eq!(origin("default", &[], CONFIG).await, Origin::Keys { profile: "default".into() });
        assert_eq!(origin("box", &[], CONFIG).await, Origin::Machine);
        assert_eq!(origin("", &[], "").await, Origin::Machine);
        assert_eq!(origin("", &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")], "").await, Origin::WebIdentity);
        let told = origin("prdo", &[], CONFIG).await.mend();
        assert!(told.starts_with("profiles there are: ") && told.contains("tool"), "{told}");
        assert!(matches!(origin("x", &[], "[profile x\n").await, Origin::Unreadable(_)));
    }

    #[tokio::test]
    async fn profiles_that_name_each_other_end_somewhere() {
        assert!(matches!(origin("ring", &[], CONFIG).await, Origin::Keys { .. }));
    }
}

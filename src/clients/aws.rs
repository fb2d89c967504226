//! AWS as users have it set up: one client per account, region and service, made when first asked for and kept; what may be
//! asked of each; and what went wrong, in words.
mod budget;
mod bundle;
mod caller;
mod credentials;
mod current;
pub mod describe;
mod estate;
pub mod events;
mod failure;
pub mod field;
mod meter;
mod pages;

use std::{
    collections::{BTreeMap, HashMap},
    env,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aws_config::{
    AppName, BehaviorVersion, SdkConfig, environment::EnvironmentVariableRegionProvider, identity::IdentityCache,
    meta::region::ProvideRegion, profile::ProfileFileRegionProvider, provider_config::ProviderConfig,
    retry::RetryConfig, stalled_stream_protection::StalledStreamProtectionConfig, timeout::TimeoutConfig,
};
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::{
    os_shim_internal::{Env, Fs},
    region::Region,
};
pub use budget::{Allowance, Service};
use bundle::trusting;
pub use caller::Caller;
use caller::Handles;
use credentials::Watched;
pub use credentials::{Ends, Origin};
pub use current::Current;
pub use estate::{Mark, Within};
pub use failure::Ask;
pub use meter::{Meter, Place, Throttled, Usage};
pub use pages::Pages;
use tokio::sync::OnceCell;

use crate::{config::Tags, error::Result, kinds::Scope};

/// Where no region is configured. The list of regions can be asked anywhere.
const ANY_REGION: &str = "us-east-1";

/// What the configuration says about AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The accounts, by profile; an empty name is the default chain.
    pub profiles: Vec<String>,
    /// Only these regions; empty: all that are enabled.
    pub regions: Vec<String>,
    /// Where to ask what is the same everywhere; else the profile's region.
    pub default_region: Option<String>,
    /// Profile to look with → profile to act with.
    pub act: BTreeMap<String, String>,
    /// By which tags things are found.
    pub tags: Tags,
    /// Only the VPCs with this tag belong to the estate, and what is in them; none: all do.
    pub mark: Option<Mark>,
}

/// Who the credentials say we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub account: String,
    pub arn: String,
}

/// All of AWS. Cheap to clone.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    setup: Setup,
    /// When the credentials of each account end, told anew whenever they were fetched.
    ends: Ends,
    meter: Arc<Meter>,
    http: Option<SharedHttpClient>,
    accounts: Mutex<HashMap<Arc<str>, Arc<Account>>>,
    /// The act role is taken: what changes things asks with the act profiles.
    acting: AtomicBool,
}

/// One account with one set of credentials. Dropped when they are refused, so that the next try reads everything anew.
struct Account {
    name: Arc<str>,
    config: SdkConfig,
    home: Arc<str>,
    origin: Origin,
    /// These credentials were taken somewhere.
    taken: AtomicBool,
    opened: Instant,
    identity: OnceCell<Identity>,
    regions: Mutex<HashMap<Arc<str>, Arc<Handles>>>,
}

impl Aws {
    /// # Errors
    /// If `AWS_CA_BUNDLE` names a file that holds no certificates.
    pub fn new(setup: Setup) -> Result<Self> {
        let http =
            env::var("AWS_CA_BUNDLE").ok().filter(|path| !path.is_empty()).map(|path| trusting(&path)).transpose()?;
        Ok(Self(Arc::new(Inner {
            setup,
            ends: Ends::default(),
            meter: Arc::default(),
            http,
            accounts: Mutex::default(),
            acting: AtomicBool::new(false),
        })))
    }

    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.0.setup
    }

    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// The clients of a scope's account in its region, or in the account's own region where the scope names none.
    pub async fn at(&self, scope: &Scope) -> Caller {
        let account = self.account(&scope.account).await;
        let region = if scope.region.is_empty() { account.home.clone() } else { scope.region.clone() };
        let handles = locked(&account.regions).entry(region.clone()).or_default().clone();
        Caller { aws: self.clone(), account, region, handles }
    }

    /// Takes the act role, or gives it back.
    pub fn act(&self, act: bool) {
        self.0.acting.store(act, Ordering::Relaxed);
    }

    /// Whether the act role is taken.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.0.acting.load(Ordering::Relaxed)
    }

    /// As [`Self::at`], with the profile that may change things.
    pub async fn acting(&self, scope: &Scope) -> Caller {
        let profile = self.0.setup.act.get(&*scope.account).map_or(&*scope.account, String::as_str);
        self.at(&Scope { account: profile.into(), ..scope.clone() }).await
    }

    /// When the credentials in use end, by account, and whenever that changes.
    #[must_use]
    pub fn ends(&self) -> &Ends {
        &self.0.ends
    }

    /// Fetches an account's credentials again, wherever they come from, though those in hand may still be good.
    ///
    /// # Errors
    /// If there are none to be had.
    pub async fn renew(&self, account: &str) -> Result<()> {
        let account = self.account(&account.into()).await;
        let Some(provider) = account.config.credentials_provider() else { return Ok(()) };
        let renewed = provider.provide_credentials().await;
        renewed.map(drop).map_err(|error| failure::uncredentialed(&account.home, &account.origin, &error))
    }

    /// Whether each try for credentials runs a program that the user named.
    pub async fn runs_a_program(&self, account: &str) -> bool {
        matches!(self.account(&account.into()).await.origin, Origin::Process { .. })
    }

    /// The account's credentials are of no use: whoever asks next reads keys, tokens and profiles anew.
    pub fn refused(&self, account: &str) {
        locked(&self.0.accounts).remove(account);
    }

    /// Asked once for a set of credentials.
    ///
    /// # Errors
    /// If STS does not answer or does not take the credentials.
    pub async fn identity(&self, account: &str) -> Result<Identity> {
        const ASK: Ask = Ask::new("ask who we are", "sts:GetCallerIdentity");
        let caller = self.at(&Scope { account: account.into(), ..Scope::default() }).await;
        let ask = || async {
            let told = caller.ask(ASK, caller.sts().get_caller_identity().send()).await?;
            Ok(Identity { account: told.account.unwrap_or_default(), arn: told.arn.unwrap_or_default() })
        };
        caller.account.identity.get_or_try_init(ask).await.cloned()
    }

    async fn account(&self, name: &Arc<str>) -> Arc<Account> {
        if let Some(known) = locked(&self.0.accounts).get(name) {
            return known.clone();
        }
        // two may do this at once; the first to be ready is kept
        let new = Arc::new(self.open(name).await);
        locked(&self.0.accounts).entry(name.clone()).or_insert(new).clone()
    }

    async fn open(&self, name: &Arc<str>) -> Account {
        let home = self.home(name).await;
        let mut provider = ProviderConfig::without_region().with_region(Some(home.clone()));
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(home.clone());
        if let Some(http) = &self.0.http {
            provider = provider.with_http_client(http.clone());
            loader = loader.http_client(http.clone());
        }
        let watched = Watched::of(name, provider, home.clone(), self.0.ends.clone()).await;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(10))
            .operation_timeout(Duration::from_secs(30));
        if !name.is_empty() {
            loader = loader.profile_name(&**name);
        }
        if let Ok(app) = AppName::new("quarterdeck") {
            loader = loader.app_name(app);
        }
        let config = loader
            .credentials_provider(watched)
            // one for all clients of the account, or each would fetch its own
            .identity_cache(IdentityCache::lazy().load_timeout(Duration::from_secs(10)).build())
            // not adaptive: its brake is shared by all regions, ours is not
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(timeouts.build())
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().build())
            .load()
            .await;
        Account {
            name: name.clone(),
            config,
            home: home.as_ref().into(),
            origin: Origin::of(name, &Env::real(), &Fs::real()).await,
            taken: AtomicBool::new(false),
            opened: Instant::now(),
            identity: OnceCell::new(),
            regions: Mutex::default(),
        }
    }

    async fn home(&self, account: &str) -> Region {
        if let Some(region) = &self.0.setup.default_region {
            return Region::new(region.clone());
        }
        if let Some(region) = EnvironmentVariableRegionProvider::new().region().await {
            return region;
        }
        let mut profile = ProfileFileRegionProvider::builder();
        if !account.is_empty() {
            profile = profile.profile_name(account);
        }
        profile.build().region().await.unwrap_or(Region::from_static(ANY_REGION))
    }

    /// Unless somebody else already started anew.
    fn forget(&self, account: &Arc<Account>) {
        let mut accounts = locked(&self.0.accounts);
        if accounts.get(&account.name).is_some_and(|kept| Arc::ptr_eq(kept, account)) {
            accounts.remove(&account.name);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

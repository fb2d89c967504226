//! Credentials for those who hold on to them longer than a call takes.
use std::{sync::Arc, time::Duration};

use aws_credential_types::provider::{self, ProvideCredentials, error::CredentialsError, future};

use super::{Aws, locked};

/// Credentials that were read so short a time ago are what is to be had.
const YOUNG: Duration = Duration::from_mins(5);

/// The credentials of an account as they are when they are asked for: what was mended outside counts for those who hold on to this.
#[derive(Clone)]
pub struct Current {
    pub(super) aws: Aws,
    pub(super) account: Arc<str>,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Current({})", self.account)
    }
}

impl Current {
    /// They were not taken: the next who asks gets what is then to be had. Not if that was found out only now: a cluster that lets
    /// nobody in says so again and again, and credentials may cost a call, or a program of the user's.
    pub fn refused(&self) {
        let young = locked(&self.aws.0.accounts).get(&self.account).is_some_and(|known| known.opened.elapsed() < YOUNG);
        if !young {
            self.aws.refused(&self.account);
        }
    }

    async fn credentials(&self) -> provider::Result {
        let account = self.aws.account(&self.account).await;
        let none = || CredentialsError::not_loaded("none are configured");
        let credentials = account.config.credentials_provider().ok_or_else(none)?.provide_credentials().await;
        if credentials.is_err() {
            self.aws.forget(&account);
        }
        credentials
    }
}

impl ProvideCredentials for Current {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

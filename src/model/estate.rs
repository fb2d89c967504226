//! What the console looks at, and as whom.

/// What kind of place it is; decides colour, questions and the role it starts in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    Dev,
    Test,
    Prod,
    /// Nobody said: treated as prod.
    #[default]
    Unknown,
}

impl Environment {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
            Self::Prod => "prod",
            Self::Unknown => "prod?",
        }
    }

    #[must_use]
    pub const fn counts_as_prod(self) -> bool {
        matches!(self, Self::Prod | Self::Unknown)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    pub name: String,
    pub environment: Environment,
    /// AWS profiles; the empty name is the default credential chain. None: AWS is not asked.
    pub accounts: Vec<String>,
    /// Empty: all that are enabled.
    pub regions: Vec<String>,
    /// The region of calls that name none; shown alone where listing regions fails.
    pub home: Option<String>,
    /// Contexts of the kubeconfig.
    pub contexts: Vec<String>,
    /// Whether clusters are looked for in EKS.
    pub eks: bool,
    pub read_only: bool,
    /// Minutes that the act role lasts; 0: there is none.
    pub act_minutes: u32,
}

/// As what the console asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Read,
    /// Until when, and why.
    Act {
        until: i64,
        reason: String,
    },
}

/// Whose credentials are in use in an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub account: String,
    pub arn: String,
    /// When they end, in seconds since 1970, if they do.
    pub until: Option<i64>,
}

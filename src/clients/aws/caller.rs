//! The clients of one account in one region, and how each call is made: within the budget, counted, its failure told in words.
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::region::Region;

use super::{
    Account, Aws, Service,
    current::Current,
    failure::{self, Ask},
    locked,
    meter::{self, Place},
    pages::Pages,
};
use crate::{
    config::Tags,
    error::{Error, Result},
};

/// The clients of one account in one region.
#[derive(Clone)]
pub struct Caller {
    pub(super) aws: Aws,
    pub(super) account: Arc<Account>,
    pub(super) region: Arc<str>,
    pub(super) handles: Arc<Handles>,
}

impl Caller {
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// By which tags things are found.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.aws.0.setup.tags
    }

    /// What the account's calls are signed with, as it is whenever it is asked for.
    #[must_use]
    pub fn credentials(&self) -> Current {
        Current { aws: self.aws.clone(), account: self.account.name.clone() }
    }

    /// Waits for the budget, asks, and says in words what went wrong.
    ///
    /// # Errors
    /// What AWS or the way to it says.
    pub async fn ask<T, E>(
        &self,
        ask: Ask,
        reply: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let lane = self.aws.0.meter.lane(&self.place(Service::of(ask.action)));
        let seat = lane.enter().await;
        let reply = reply.await;
        drop(seat);
        match reply {
            Ok(good) => {
                self.account.taken.store(true, Ordering::Relaxed);
                self.handles.taken.store(true, Ordering::Relaxed);
                Ok(good)
            }
            Err(error) => Err(self.refused(ask, &error)),
        }
    }

    /// The way through a listing that comes in pages.
    #[must_use]
    pub fn pages(&self, ask: Ask) -> Pages<'_> {
        Pages::new(self, ask)
    }

    fn refused<E>(&self, ask: Ask, error: &SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let taken = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        let only_elsewhere = taken(&self.account.taken) && !taken(&self.handles.taken);
        let ground = failure::Ground { region: &self.region, origin: &self.account.origin, only_elsewhere };
        let told = failure::error(ask, &ground, error);
        if told.trouble == crate::error::Trouble::Credentials {
            // keys, tokens and profiles are read anew at the next try, so that mending them outside is enough
            self.aws.forget(&self.account);
        }
        told
    }

    /// What an earlier listing learned here and a later one may build on, such as the age of images.
    #[must_use]
    pub fn recall<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        locked(&self.handles.memory).get(&TypeId::of::<T>())?.clone().downcast().ok()
    }

    pub fn remember<T: Send + Sync + 'static>(&self, known: T) {
        locked(&self.handles.memory).insert(TypeId::of::<T>(), Arc::new(known));
    }

    fn place(&self, service: Service) -> Place {
        Place { account: self.account.name.clone(), region: self.region.clone(), service }
    }

    pub(super) fn counter(&self, service: Service) -> meter::Counter {
        let place = self.place(service);
        let lane = self.aws.0.meter.lane(&place);
        meter::Counter { meter: self.aws.0.meter.clone(), place, lane }
    }
}

macro_rules! handles {
    ($($name:ident: $sdk:ident, $service:ident;)+) => {
        pub(super) struct Handles {
            /// The credentials were taken in this region.
            taken: AtomicBool,
            memory: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
            pub(super) events: OnceLock<aws_sdk_cloudwatchlogs::Client>,
            pub(super) live: OnceLock<aws_sdk_cloudwatchlogs::Client>,
            pub(super) ahead: Arc<AtomicI64>,
            $($name: OnceLock<$sdk::Client>,)+
        }

        impl Default for Handles {
            fn default() -> Self {
                Self {
                    taken: AtomicBool::default(),
                    memory: Mutex::default(),
                    events: OnceLock::default(),
                    live: OnceLock::default(),
                    ahead: Arc::new(AtomicI64::new(super::events::UNKNOWN)),
                    $($name: OnceLock::default(),)+
                }
            }
        }

        impl Caller {
            $(#[must_use]
            pub fn $name(&self) -> &$sdk::Client {
                self.handles.$name.get_or_init(|| {
                    let region = Region::new(self.region.to_string());
                    let config = $sdk::config::Builder::from(&self.account.config).region(region);
                    $sdk::Client::from_conf(config.interceptor(self.counter(Service::$service)).build())
                })
            })+
        }
    };
}

handles! {
    ec2: aws_sdk_ec2, Ec2;
    eks: aws_sdk_eks, Eks;
    ssm: aws_sdk_ssm, Ssm;
    sts: aws_sdk_sts, Sts;
    logs: aws_sdk_cloudwatchlogs, Logs;
    elb: aws_sdk_elasticloadbalancingv2, Elb;
    auto_scaling: aws_sdk_autoscaling, AutoScaling;
}

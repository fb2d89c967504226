//! Events of log groups: page by page, or as they come in by a session of Live Tail.
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aws_sdk_cloudwatchlogs::{
    Client,
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    operation::start_live_tail::StartLiveTailOutput,
    types::LogGroup,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut},
            dyn_dispatch_hint,
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{
    config_bag::ConfigBag,
    date_time::{DateTime, Format},
};
use aws_types::region::Region;

use super::{Ask, Caller, Service};
use crate::{
    clients::now_ms,
    error::Result,
    kinds::Scope,
    log::follow::group::{Page, Raw},
};

const FILTER: Ask = Ask::new("read log events", "logs:FilterLogEvents");
const TAIL: Ask = Ask::new("start a session of Live Tail", "logs:StartLiveTail");
/// A page holds a megabyte, and comes as slowly as the link is.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which events of a group are asked for. Times are milliseconds since 1970, and both belong to it.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub group: &'a str,
    /// Of the streams whose names begin so; empty: of all.
    pub prefix: &'a str,
    /// A filter pattern of CloudWatch Logs; empty: every event.
    pub pattern: &'a str,
    pub start: i64,
    pub end: Option<i64>,
    pub token: Option<&'a str>,
    pub from_head: bool,
}

impl Caller {
    /// One page of a group's events.
    ///
    /// # Errors
    /// As [`Caller::ask`]. Nothing is tried again: whoever reads knows what is due.
    pub async fn events(&self, wanted: &Wanted<'_>) -> Result<Page> {
        let some = |text: &str| Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut ask = self
            .reader()
            .filter_log_events()
            .log_group_name(wanted.group)
            .set_log_stream_name_prefix(some(wanted.prefix))
            .set_filter_pattern(some(wanted.pattern))
            .start_time(wanted.start)
            .set_end_time(wanted.end)
            .set_next_token(wanted.token.map(str::to_owned));
        if !wanted.from_head {
            // what is true by default is not sent: emulators do not know it
            ask = ask.start_from_head(false);
        }
        let told = self.ask(FILTER, ask.send()).await?;
        let events = told.events.unwrap_or_default().into_iter().map(|event| Raw {
            stream: event.log_stream_name.unwrap_or_default().into(),
            at: event.timestamp.unwrap_or_default(),
            ingested: event.ingestion_time,
            id: event.event_id.unwrap_or_default().into(),
            message: event.message.unwrap_or_default().into_bytes().into(),
        });
        let ahead = self.handles.ahead.load(Ordering::Relaxed);
        let server_date = (ahead != UNKNOWN).then(|| now_ms() + ahead);
        Ok(Page { events: events.collect(), next: told.next_token.map(Into::into), server_date })
    }

    /// Begins a session of Live Tail. It is paid for by the minute, and ends when what is returned is dropped.
    ///
    /// # Errors
    /// As [`Caller::ask`].
    pub async fn live_tail(&self, groups: Vec<String>) -> Result<StartLiveTailOutput> {
        let ask = self.live().start_live_tail().set_log_group_identifiers(Some(groups));
        self.ask(TAIL, ask.send()).await
    }

    /// The same account and region, with whatever credentials there are by now.
    pub async fn anew(&self) -> Self {
        let scope = Scope { account: self.account.name.clone(), region: self.region.clone(), ..Scope::default() };
        self.aws.at(&scope).await
    }

    /// The ARN of a log group, which is what Live Tail wants to be told.
    ///
    /// # Errors
    /// As [`Caller::ask`], and if there is no such group.
    pub async fn group_arn(&self, group: &str) -> Result<String> {
        let found = self.group(group).await?;
        let arn = found.log_group_arn().or(found.arn());
        arn.map(|arn| arn.trim_end_matches(":*").to_owned())
            .ok_or_else(|| super::field::gone("log group", group, self.region()))
    }

    /// When a log group was made, in milliseconds since 1970: one that was deleted and made again is another.
    ///
    /// # Errors
    /// As [`Caller::ask`], and if there is no such group.
    pub async fn group_made(&self, group: &str) -> Result<i64> {
        Ok(self.group(group).await?.creation_time().unwrap_or_default())
    }

    async fn group(&self, name: &str) -> Result<LogGroup> {
        const ASK: Ask = Ask::new("find the log group", "logs:DescribeLogGroups");
        // a name is asked for by its beginning; itself comes first, for names come in order
        let asked = self.logs().describe_log_groups().log_group_name_prefix(name).limit(1).send();
        let told = self.ask(ASK, asked).await?.log_groups.unwrap_or_default();
        let found = told.into_iter().find(|raw| raw.log_group_name() == Some(name));
        found.ok_or_else(|| super::field::gone("log group", name, self.region()))
    }

    /// Names of the log groups that begin so.
    ///
    /// # Errors
    /// As [`Caller::ask`].
    pub async fn groups_beginning(&self, prefix: &str) -> Result<Vec<String>> {
        const ASK: Ask = Ask::new("list log groups", "logs:DescribeLogGroups");
        let mut pages = self.pages(ASK);
        let mut names = vec![];
        let ask = |token| self.logs().describe_log_groups().log_group_name_prefix(prefix).set_next_token(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
            names.extend(page.log_groups().iter().filter_map(|raw| raw.log_group_name().map(str::to_owned)));
        }
        Ok(names)
    }

    /// A client whose pages may be slow, and that never tries again by itself.
    fn reader(&self) -> &Client {
        self.handles.events.get_or_init(|| {
            let timeouts =
                TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_attempt_timeout(PATIENCE);
            let config = self.logs_config().timeout_config(timeouts.build()).retry_config(RetryConfig::disabled());
            let clock = Clock(self.handles.ahead.clone());
            Client::from_conf(config.interceptor(self.counter(Service::LogEvents)).interceptor(clock).build())
        })
    }

    /// A client whose answers last for hours. A full quota of sessions is no reason to ask again and again.
    fn live(&self) -> &Client {
        self.handles.live.get_or_init(|| {
            let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).build();
            let config = self.logs_config().timeout_config(timeouts).retry_config(RetryConfig::disabled());
            let config = config.interceptor(self.counter(Service::Logs)).interceptor(NoPrefix);
            Client::from_conf(config.build())
        })
    }

    fn logs_config(&self) -> Builder {
        Builder::from(&self.account.config).region(Region::new(self.region.to_string()))
    }
}

/// Before any answer said what time it is there.
pub(super) const UNKNOWN: i64 = i64::MIN;

/// Notes how far the service's clock is ahead of ours, in milliseconds: the times of events are held against its clock.
#[derive(Debug)]
struct Clock(Arc<AtomicI64>);

#[dyn_dispatch_hint]
impl Intercept for Clock {
    fn name(&self) -> &'static str {
        "quarterdeck-clock"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        if let Some(there) = date.and_then(|date| date.to_millis().ok()) {
            // it is told in whole seconds: half a one is as likely as none
            self.0.store(there + 500 - now_ms(), Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The SDK puts `stream-` before the host of any endpoint, also before that of one's own, which is known by no such name.
#[derive(Debug)]
struct NoPrefix;

#[dyn_dispatch_hint]
impl Intercept for NoPrefix {
    fn name(&self) -> &'static str {
        "quarterdeck-no-prefix"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(uri) = without_prefix(context.request().uri()) {
            context.request_mut().set_uri(uri)?;
        }
        Ok(())
    }
}

/// The URI of an endpoint that is not AWS's own, as it was configured.
fn without_prefix(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once("://stream-")?;
    let host = rest.split('/').next().unwrap_or_default();
    let own = ["amazonaws.com", "amazonaws.com.cn", "api.aws"].iter().any(|end| host.ends_with(end));
    (!own).then(|| format!("{scheme}://{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_of_one_s_own_keeps_its_name_and_aws_gets_the_prefix() {
        assert_eq!(without_prefix("http://stream-127.0.0.1:4566/").as_deref(), Some("http://127.0.0.1:4566/"));
        assert_eq!(without_prefix("https://stream-logs.us-east-1.amazonaws.com/"), None);
        assert_eq!(without_prefix("http://127.0.0.1/"), None);
    }
}

//! Asks CloudWatch Logs for log groups.
use aws_sdk_cloudwatchlogs::types;

use super::LogGroup;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask,
            describe::{self, Style},
            field::{self, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list log groups", "logs:DescribeLogGroups");

impl Fetch for LogGroup {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        // 50 is as many as a page holds
        let mut pages = caller.pages(ASK);
        let mut all = vec![];
        let ask = |token| caller.logs().describe_log_groups().limit(50).set_next_token(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
            let rows: Vec<Self> = page.log_groups().iter().filter_map(group).collect();
            if page.next_token().is_some() {
                sink.send(Step::Page(rows.clone())).await;
            }
            all.extend(rows);
        }
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        // a name is asked for by its beginning; itself comes first, for names come in order
        let asked = caller.logs().describe_log_groups().log_group_name_prefix(id).limit(1).send();
        let told = caller.ask(ASK, asked).await?;
        let found = told.log_groups().iter().find(|raw| raw.log_group_name() == Some(id));
        let found = found.ok_or_else(|| field::gone("log group", id, caller.region()))?;
        Ok(describe::json(found, Style::Lower, &[]))
    }
}

fn group(raw: &types::LogGroup) -> Option<LogGroup> {
    Some(LogGroup {
        name: raw.log_group_name()?.into(),
        bytes: raw.stored_bytes().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        retention: raw.retention_in_days().map(i64::from),
        class: text(raw.log_group_class().map(types::LogGroupClass::as_str)),
        created: raw.creation_time().map(|millis| millis / 1000),
        encrypted: raw.kms_key_id().is_some(),
        arn: text(raw.log_group_arn().or(raw.arn())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_retention_is_kept_for_ever() {
        let raw = types::LogGroup::builder().log_group_name("/app").creation_time(1_700_000_000_999).stored_bytes(2048);
        let row = group(&raw.build()).unwrap();
        assert_eq!((row.retention, row.created, row.bytes), (None, Some(1_700_000_000), 2048));
    }
}

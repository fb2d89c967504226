//! Asks STS who the credentials are.
use serde_json::{Value, json};

use super::Account;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{Aws, Identity},
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

impl Fetch for Account {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let row = account(&clients.aws, scope).await?;
        sink.send(Step::whole(vec![row])).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, _id: &str) -> Result<Value> {
        let row = account(&clients.aws, scope).await?;
        Ok(json!({ "Profile": &*row.profile, "Account": &*row.number, "Arn": &*row.arn, "CredentialsUntil": row.until }))
    }
}

async fn account(aws: &Aws, scope: &Scope) -> Result<Account> {
    let who = aws.identity(&scope.account).await?;
    Ok(row(&scope.account, who, aws.ends().of(&scope.account)))
}

fn row(profile: &str, who: Identity, until: Option<i64>) -> Account {
    let profile = if profile.is_empty() { "default" } else { profile };
    Account { profile: profile.into(), number: who.account.into(), arn: who.arn.into(), until }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_chain_has_a_name() {
        let who = Identity { account: "123456789012".into(), arn: "arn:aws:iam::123456789012:user/me".into() };
        assert_eq!(&*row("", who.clone(), None).profile, "default");
        assert_eq!(&*row("prod", who, None).profile, "prod");
    }
}

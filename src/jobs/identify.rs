//! Whose credentials are in use in an account, and until when.
use super::Cx;
use crate::{clients::Clients, error::Result, model::estate::Identity, update::Msg};

pub async fn run(cx: &Cx, clients: &Clients, account: String) -> Result<()> {
    let who = clients.aws.identity(&account).await?;
    let until = clients.aws.expiry(&account);
    let identity = Identity { account: who.account, arn: who.arn, until };
    cx.report(Msg::Identified(cx.id, account, identity)).await;
    Ok(())
}

//! Whose credentials are in use in an account, and until when: asked once, then kept up. What renews itself is renewed before it ends,
//! and what was mended outside is found again without anybody asking.
use std::{future::pending, time::Duration};

use tokio::time::sleep;

use super::Cx;
use crate::{
    clients::{Clients, aws::Identity, now},
    error::Result,
    model::estate,
    update::Msg,
};

/// How long before their end credentials are fetched anew.
const BEFORE: i64 = 45;
/// Between two tries while there are none.
const AGAIN: Duration = Duration::from_secs(15);
/// The same where a program of the user's is run for each try: it may open a browser.
const SELDOM: Duration = Duration::from_mins(5);

/// The longest that is slept without a look at the clock.
const PIECE: Duration = Duration::from_mins(1);

/// Never ends by itself.
pub async fn run(cx: &Cx, clients: &Clients, account: String) -> Result<()> {
    loop {
        match clients.aws.identity(&account).await {
            Ok(who) => keep_up(cx, clients, &account, &who).await,
            Err(error) => cx.report(Msg::Unidentified(cx.id, account.clone(), error)).await,
        }
        sleep(pause(clients, &account).await).await;
    }
}

async fn pause(clients: &Clients, account: &str) -> Duration {
    if clients.aws.runs_a_program(account).await { SELDOM } else { AGAIN }
}

/// Tells until when the credentials hold, whenever that changes. Returns once they have ended and no others are to be had.
async fn keep_up(cx: &Cx, clients: &Clients, account: &str, who: &Identity) {
    let mut changes = clients.aws.ends().changes();
    loop {
        let until = changes.borrow_and_update().get(account).copied();
        let identity = estate::Identity { account: who.account.clone(), arn: who.arn.clone(), until };
        cx.report(Msg::Identified(cx.id, account.to_owned(), identity)).await;
        tokio::select! {
            _ = changes.changed() => continue,
            () = near(until) => {}
        }
        // those that are renewed by somebody else, such as a machine's role, come when they come
        while clients.aws.ends().of(account) == until {
            let renewed = clients.aws.renew(account).await;
            if renewed.is_err() && until.is_some_and(|until| until <= now()) {
                clients.aws.refused(account);
                return;
            }
            if clients.aws.ends().of(account) == until {
                sleep(pause(clients, account).await).await;
            }
        }
    }
}

/// Comes shortly before that time; never if there is none. In pieces: a machine that slept counts no time meanwhile.
async fn near(until: Option<i64>) {
    let Some(until) = until else { return pending().await };
    while let Ok(left @ 1..) = u64::try_from(until - BEFORE - now()) {
        sleep(Duration::from_secs(left).min(PIECE)).await;
    }
}

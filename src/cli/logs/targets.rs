//! What the words of the command line mean: files, log groups, and things that have logs, each by the name of its kind.
use std::path::Path;

use crate::{
    cli::headless,
    config::Settings,
    error::{Error, Result, Trouble},
    kinds::{Kind, Reach, Wish},
};

/// All of them, if every target is a file that is there, or standard input.
#[must_use]
pub fn files(targets: &[String]) -> Option<Vec<Wish>> {
    let is_file = |target: &String| target == "-" || Path::new(target).is_file();
    targets
        .iter()
        .all(is_file)
        .then(|| targets.iter().map(|target| Wish::File { path: target.as_str().into() }).collect())
}

/// Finds what is meant, wherever the settings look. A name that means several things means all of them.
///
/// # Errors
/// If something is not found, or could not be looked for.
pub async fn look(settings: &Settings, targets: &[String]) -> Result<Vec<Wish>> {
    let mut wishes = vec![];
    for target in targets {
        if target == "-" || Path::new(target).is_file() {
            wishes.push(Wish::File { path: target.as_str().into() });
            continue;
        }
        let (kind, name) = meant(target)?;
        wishes.extend(named(settings, kind, name).await?);
    }
    Ok(wishes)
}

/// `pod/web-1`, `deploy/shop/web`, `/aws/eks/app/cluster`.
fn meant(target: &str) -> Result<(Kind, &str)> {
    if target.starts_with('/') {
        return Ok((Kind::LogGroup, target));
    }
    let wrong = |why: String| {
        Error::usage(format!("`{target}` names nothing that has logs"), why)
            .hint("write /a/log/group, a file, or KIND/NAME such as pod/shop/web-1, deploy/web, node/ip-10-0-1-2, cluster/app")
    };
    let Some((kind, name)) = target.split_once('/') else {
        return Err(wrong("it is no file, and no log group begins so".into()));
    };
    let kind = Kind::named(kind).ok_or_else(|| wrong(format!("no kind is called {kind}")))?;
    Ok((kind, name))
}

async fn named(settings: &Settings, kind: Kind, name: &str) -> Result<Vec<Wish>> {
    if let Reach::Within(parent) = kind.reach() {
        let hint = format!("{}/NAME reads all that are in it", parent.name());
        return Err(Error::usage(format!("a {} is read by its {}", kind.name(), parent.name()), "").hint(hint));
    }
    let model = headless::settle(settings, kind).await?;
    let mut wishes = vec![];
    let mut found = false;
    for key in model.wanted().into_iter().filter(|key| key.kind == kind) {
        let Some(feed) = model.store.get(&key) else { continue };
        for record in feed.rows.slots().into_iter().filter_map(|slot| feed.rows.get(slot)) {
            if record.name() == name || record.id() == name || record.address() == name {
                found = true;
                wishes.extend(record.logs(&key.scope));
            }
        }
    }
    if !wishes.is_empty() {
        return Ok(wishes);
    }
    if found {
        return Err(Error::usage(format!("a {} has no logs of its own", kind.name()), ""));
    }
    if let Some(error) = headless::troubles(&model).into_iter().next() {
        return Err(error);
    }
    Err(Error::new(
        Trouble::NotFound,
        format!("no {} is called {name}", kind.name()),
        "looked everywhere that answered",
    )
    .hint(format!("quarterdeck list {} shows what there is", kind.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_group_or_a_kind_and_a_name() {
        assert_eq!(meant("/aws/eks/app/cluster").ok(), Some((Kind::LogGroup, "/aws/eks/app/cluster")));
        assert_eq!(meant("deploy/shop/web").ok(), Some((Kind::Deployment, "shop/web")));
        assert_eq!(meant("po/web-1").ok(), Some((Kind::Pod, "web-1")));
        for wrong in ["web", "thing/web"] {
            assert!(meant(wrong).unwrap_err().hint.contains("KIND/NAME"), "{wrong}");
        }
    }
}

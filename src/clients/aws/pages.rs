//! A listing that comes in pages, read to its end. The SDK's own way through stops without a word where a page names itself as the
//! next, and goes on for ever where pages lead in a circle; here both are errors: half a list never passes for a whole one.
use std::{collections::HashSet, future::Future};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Ask, Caller};
use crate::error::{Error, Result, Trouble};

/// The way through one listing.
pub struct Pages<'a> {
    caller: &'a Caller,
    ask: Ask,
    trail: Trail,
}

impl<'a> Pages<'a> {
    pub(super) fn new(caller: &'a Caller, ask: Ask) -> Self {
        Self { caller, ask, trail: Trail::default() }
    }

    /// The next page; `None` after the last. `request` asks for the page of a token, `token` says what the page names as the next.
    ///
    /// # Errors
    /// As [`Caller::ask`], and if the pages do not end.
    pub async fn next<T, E, F>(
        &mut self,
        request: impl FnOnce(Option<String>) -> F,
        token: impl FnOnce(&T) -> Option<&str>,
    ) -> Result<Option<T>>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        if self.trail.ended {
            return Ok(None);
        }
        let page = self.caller.ask(self.ask, request(self.trail.next.clone())).await?;
        self.trail.onward(token(&page)).map_err(|why| {
            Error::new(Trouble::Other, format!("cannot {} in {}", self.ask.doing, self.caller.region()), why)
                .hint("does a proxy or AWS_ENDPOINT_URL answer in place of AWS?")
        })?;
        Ok(Some(page))
    }
}

/// Where the pages have led so far.
#[derive(Debug, Default)]
struct Trail {
    seen: HashSet<String>,
    /// The token of the page to ask for; none for the first.
    next: Option<String>,
    ended: bool,
}

impl Trail {
    fn onward(&mut self, token: Option<&str>) -> Result<(), String> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            self.ended = true;
            return Ok(());
        };
        if !self.seen.insert(token.to_owned()) {
            let read = self.seen.len() + 1;
            return Err(format!("the list does not end: page {read} leads back to a page that was read before"));
        }
        self.next = Some(token.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pages that are asked for where each page names the next by this table.
    fn walk(next: &[Option<&str>]) -> Result<Vec<Option<String>>, String> {
        let (mut trail, mut asked) = (Trail::default(), vec![]);
        while !trail.ended {
            asked.push(trail.next.clone());
            trail.onward(next[(asked.len() - 1) % next.len()])?;
        }
        Ok(asked)
    }

    #[test]
    fn pages_are_asked_for_one_after_the_other_until_one_names_no_next() {
        let all = [None, Some("a".to_owned()), Some("b".to_owned())];
        assert_eq!(walk(&[Some("a"), Some("b"), None]), Ok(all.to_vec()));
        assert_eq!(walk(&[Some("a"), Some("b"), Some("")]), Ok(all.to_vec()), "an empty token is none");
        assert_eq!(walk(&[None]), Ok(vec![None]));
    }

    #[test]
    fn a_circle_of_pages_is_an_error_however_long_it_is() {
        assert!(walk(&[Some("a")]).unwrap_err().contains("page 2 leads back"));
        assert!(walk(&[Some("a"), Some("b"), Some("c")]).unwrap_err().contains("page 4 leads back"));
    }
}

//! Comments on events: one's own are changed and deleted; an administrator may delete any.

use super::{TrendComment, event};
use crate::identity::{entry, random_id};
use crate::policy::{Caller, Via};
use crate::{App, AppError, ErrorKind, Result};
use model::Role;

/// Letters of a comment, and comments on an event.
const LONGEST: usize = 4_000;
const MOST: usize = 1_000;

/// A comment, as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenComment {
    /// The comment.
    pub comment: TrendComment,
    /// Whether it is the reader's own.
    pub own: bool,
    /// Whether they may delete it.
    pub may_delete: bool,
}

/// The comments on an event that the caller may see, the oldest first.
///
/// # Errors
/// `NotFound`: there is no such event.
pub async fn comments(app: &App, caller: &Caller, id: &str) -> Result<Vec<SeenComment>> {
    let event = event(app, caller, id).await?;
    let all = app.meta().trend_comments(&caller.organization()?.id, &event.event.id).await?;
    Ok(all.into_iter().map(|comment| seen(caller, comment)).collect())
}

fn seen(caller: &Caller, comment: TrendComment) -> SeenComment {
    let own = match &caller.via {
        Via::Session { user, .. } => comment.author_id.as_ref() == Some(&user.id),
        // At the open demo everybody is the same nobody.
        Via::Demo => comment.author_id.is_none() && comment.author == caller.name(),
        Via::Nobody | Via::Token { .. } | Via::CommandLine => false,
    };
    let may_delete = own || caller.role == Some(Role::Administrator);
    SeenComment { comment, own, may_delete }
}

/// Writes a comment.
///
/// # Errors
/// `Invalid`: its text; `NotFound`: there is no such event.
pub async fn comment(app: &App, caller: &Caller, id: &str, text: &str) -> Result<SeenComment> {
    let text = text_of("text", text, LONGEST)?;
    let organization = &caller.organization()?.id;
    let event = event(app, caller, id).await?.event;
    if app.meta().trend_comments(organization, &event.id).await?.len() >= MOST {
        return Err(AppError::new(ErrorKind::Conflict, format!("there are {MOST} comments on it already"))
            .advise("Delete some that nobody needs any more."));
    }
    let new = TrendComment {
        id: random_id()?,
        event_id: event.id.clone(),
        author_id: caller.user().map(|user| user.id.clone()),
        author: caller.name().to_owned(),
        text,
        at_ms: app.now().timestamp_millis(),
        edited_at_ms: None,
    };
    let entry = entry(app, caller, "trend.commented", &event.id, &[("comment", &new.id)]);
    if !app.meta().add_trend_comment(organization, &new, &entry).await? {
        return Err(super::missing_event());
    }
    Ok(seen(caller, new))
}

/// Puts another text in the place of one's own.
///
/// # Errors
/// `Invalid`: its text; `NotFound`: there is no such comment; `Denied`: it is somebody else's.
pub async fn change_comment(
    app: &App,
    caller: &Caller,
    (event, id): (&str, &str),
    text: &str,
) -> Result<SeenComment> {
    let text = text_of("text", text, LONGEST)?;
    let mut found = one(app, caller, event, id).await?;
    if !found.own {
        return Err(AppError::new(ErrorKind::Denied, "this comment is somebody else's")
            .advise("Write a comment of your own."));
    }
    let now = app.now().timestamp_millis();
    let entry = entry(app, caller, "trend.comment_changed", event, &[("comment", id)]);
    let organization = &caller.organization()?.id;
    if !app.meta().change_trend_comment(organization, (event, id), &text, now, &entry).await? {
        return Err(missing());
    }
    found.comment.text = text;
    found.comment.edited_at_ms = Some(now);
    Ok(found)
}

/// Deletes one's own comment, or as an administrator any.
///
/// # Errors
/// `NotFound`: there is no such comment; `Denied`: it is somebody else's.
pub async fn remove_comment(app: &App, caller: &Caller, (event, id): (&str, &str)) -> Result<()> {
    let found = one(app, caller, event, id).await?;
    if !found.may_delete {
        return Err(AppError::new(ErrorKind::Denied, "this comment is somebody else's")
            .advise("Ask whoever wrote it, or an administrator, to delete it."));
    }
    let detail = [("comment", id), ("by", found.comment.author.as_str())];
    let entry = entry(app, caller, "trend.comment_removed", event, &detail);
    let organization = &caller.organization()?.id;
    let now = app.now().timestamp_millis();
    if app.meta().delete_trend_comment(organization, (event, id), now, &entry).await? {
        Ok(())
    } else {
        Err(missing())
    }
}

async fn one(app: &App, caller: &Caller, event: &str, id: &str) -> Result<SeenComment> {
    let all = comments(app, caller, event).await?;
    all.into_iter().find(|one| one.comment.id == id).ok_or_else(missing)
}

fn missing() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such comment")
        .advise("Somebody may have deleted it: load the event again.")
}

/// A text of some lines: any letters, no other control characters than the ends of lines.
pub(super) fn text_of(field: &str, text: &str, longest: usize) -> Result<String> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let letters = text.chars().count();
    if letters == 0 || letters > longest {
        return Err(AppError::invalid(format!("{field}: it has {letters} letters"))
            .advise(format!("Write 1 to {longest} letters.")));
    }
    if text.chars().any(|letter| letter.is_control() && letter != '\n') {
        return Err(AppError::invalid(format!("{field}: it holds a control character"))
            .advise("Take out what is no letter; lines may end."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_any_letters_on_some_lines() {
        assert_eq!(text_of("text", " Größe 費用 👍\r\nnext ", 30).unwrap(), "Größe 費用 👍\nnext");
        for text in ["", " \n ", "a\u{0}b", "a\tb", "a\u{1b}[31m", &"x".repeat(31)] {
            let refused = text_of("text", text, 30).unwrap_err();
            assert!(refused.to_string().starts_with("text:") && refused.advice.is_some(), "{text:?}");
        }
        assert!(text_of("text", &"費".repeat(30), 30).is_ok());
    }
}

//! A business makes a template, or the next version of one.

use std::rc::Rc;

use tresen_proto::{PublishTemplate, ReplyBody, RequestBody};
use tresen_statement::TemplateDoc;
use tresen_view::{Answer, TemplateDraft};

use super::{draft, fetch, list};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
};

/// Publishes a template; what was published stays as it is, a change is a new version.
pub(crate) async fn create(inner: &Rc<Inner>, draft: TemplateDraft) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    inner.link.reach(Phase::Authenticated).await?;
    list::refresh(inner).await?;
    let known = inner.store.read(|tx| tx.templates(own.account))?;
    let mut template = draft::document(own.account, &draft)?;
    for known in known {
        let known = TemplateDoc::decode(&known.document)?;
        if known.name == template.name && known.language == template.language {
            template.version = template.version.max(known.version.saturating_add(1));
        }
    }
    let Ok(document) = template.encode() else {
        let problem = template.problems().into_iter().next();
        return Err(problem.map_or(Error::TooLarge("template"), Error::Template));
    };
    let request = PublishTemplate { document };
    let ReplyBody::Done(_) = inner.link.request(RequestBody::PublishTemplate(request)).await?
    else {
        return Err(Error::Answer("template"));
    };
    fetch(inner, own.account, template.hash()).await?;
    let view = inner.store.read(|tx| list::view_of(tx, own.account, template.hash()))?;
    Ok(Answer::Template(Box::new(view)))
}

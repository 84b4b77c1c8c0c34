//! What was decided about the templates, and what became of them.

use tresen_view::TemplateView;

use super::{News, tell};
use crate::{
    error::Result,
    gateway::Gateway,
    store::Tx,
    templates,
    webhook::{fields, value},
};

/// What is noted with the first look.
const LOOKED: &str = "templates_looked_at";

pub(super) async fn look(gateway: &Gateway) -> Result<()> {
    let known = templates::kept(gateway).await?;
    tell(gateway, |tx| {
        // Decisions from before the gateway was linked aren't told.
        let is_first = tx.meta(LOOKED)?.is_none();
        tx.set_meta(LOOKED, "yes")?;
        let mut news = Vec::new();
        for template in &known {
            decided(tx, template, is_first, &mut news)?;
        }
        for template in &known {
            let is_newest = |other: &TemplateView| {
                other.name == template.name
                    && other.language == template.language
                    && other.version > template.version
            };
            if !known.iter().any(is_newest) {
                changed(tx, template, is_first, &mut news)?;
            }
        }
        Ok(news)
    })
}

fn decided(tx: &Tx<'_>, template: &TemplateView, is_first: bool, news: &mut News) -> Result<()> {
    let status = templates::status(template.status);
    let told = tx.told_template(&template.template)?;
    if told.as_deref() == Some(status) {
        return Ok(());
    }
    tx.put_told_template(&template.template, status)?;
    // What was made just now was answered to who made it.
    if told.is_some() || !(is_first || status == "PENDING") {
        news.push((fields::TEMPLATE_STATUS, value::template_status(template, status)));
    }
    Ok(())
}

/// A next version has another text, and perhaps another category.
fn changed(tx: &Tx<'_>, template: &TemplateView, is_first: bool, news: &mut News) -> Result<()> {
    let category = templates::category(template.category);
    let told = tx.told_version(&template.name, &template.language)?;
    if told.as_ref().is_some_and(|(hash, _)| *hash == template.template) {
        return Ok(());
    }
    tx.put_told_version(&template.name, &template.language, &template.template, category)?;
    let Some((_, before)) = told.filter(|_| !is_first) else { return Ok(()) };
    if before != category {
        let value = value::template_category(template, &before);
        news.push((fields::TEMPLATE_CATEGORY, value));
    }
    news.push((fields::TEMPLATE_COMPONENTS, value::template_components(template)));
    Ok(())
}

//! The XML of banks, and no more of it: elements, attributes, texts, comments. No document types, so no
//! entities of a file's own; depth, elements and texts are limited before they are kept.

use crate::{
    error::Error,
    limits::{FIELD_BYTES_MAX, XML_DEPTH_MAX, XML_ELEMENTS_MAX},
};

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name, without the prefix of its namespace.
    pub(crate) name: String,
    /// Its attributes.
    pub(crate) attributes: Vec<(String, String)>,
    /// Its own text, trimmed.
    pub(crate) text: String,
    /// The elements in it.
    pub(crate) children: Vec<Self>,
}

impl Element {
    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The element at the end of a path of first children.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The text at the end of a path; empty where there is none.
    pub(crate) fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).map_or("", |element| element.text.as_str())
    }

    /// All children of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// All texts below, in their order.
    pub(crate) fn texts<'a>(&'a self, into: &mut Vec<&'a str>) {
        let mut open = vec![self];
        while let Some(element) = open.pop() {
            if !element.text.is_empty() {
                into.push(&element.text);
            }
            open.extend(element.children.iter().rev());
        }
    }
}

/// Reads a document; gives its root.
pub(crate) fn read(text: &str) -> Result<Element, Error> {
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0_usize;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        take_text(open.last_mut(), before)?;
        rest = if let Some(after) = after.strip_prefix('?') {
            after.split_once("?>").ok_or(Error::Malformed)?.1
        } else if let Some(after) = after.strip_prefix("!--") {
            after.split_once("-->").ok_or(Error::Malformed)?.1
        } else if let Some(after) = after.strip_prefix("![CDATA[") {
            let (data, after) = after.split_once("]]>").ok_or(Error::Malformed)?;
            push(open.last_mut().ok_or(Error::Malformed)?, data)?;
            after
        } else if after.starts_with('!') {
            // A document type: nobody's statement needs one.
            return Err(Error::Malformed);
        } else {
            let (tag, after) = end_of_tag(after).ok_or(Error::Malformed)?;
            if let Some(name) = tag.strip_prefix('/') {
                let closed = open.pop().filter(|closed| closed.name == local(name.trim_end()));
                place(closed.ok_or(Error::Malformed)?, &mut open, &mut root)?;
            } else {
                count = count.saturating_add(1);
                if open.len() >= XML_DEPTH_MAX || count > XML_ELEMENTS_MAX {
                    return Err(Error::Limit);
                }
                let (tag, is_empty) = match tag.strip_suffix('/') {
                    Some(tag) => (tag, true),
                    None => (tag, false),
                };
                let element = element(tag)?;
                if is_empty {
                    place(element, &mut open, &mut root)?;
                } else {
                    open.push(element);
                }
            }
            after
        };
    }
    take_text(None, rest)?;
    if open.is_empty() { root.ok_or(Error::Malformed) } else { Err(Error::Malformed) }
}

/// What stands in a tag, and what follows it; a `>` in an attribute doesn't end it.
fn end_of_tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (index, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, '>') => {
                let (tag, rest) = text.split_at_checked(index)?;
                return Some((tag, rest.strip_prefix('>')?));
            }
            (None, '<') => return None,
            _inside => {}
        }
    }
    None
}

fn element(tag: &str) -> Result<Element, Error> {
    let (name, mut rest) = match tag.find(char::is_whitespace) {
        Some(end) => tag.split_at_checked(end).ok_or(Error::Malformed)?,
        None => (tag, ""),
    };
    if name.is_empty() || name.len() > FIELD_BYTES_MAX {
        return Err(Error::Malformed);
    }
    let mut element = Element { name: local(name).to_owned(), ..Element::default() };
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(element);
        }
        let (key, after) = rest.split_once('=').ok_or(Error::Malformed)?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|mark| matches!(mark, '"' | '\''));
        let quote = quote.ok_or(Error::Malformed)?;
        let after = after.strip_prefix(quote).ok_or(Error::Malformed)?;
        let (value, after) = after.split_once(quote).ok_or(Error::Malformed)?;
        if element.attributes.len() >= XML_DEPTH_MAX || value.len() > FIELD_BYTES_MAX {
            return Err(Error::Limit);
        }
        element.attributes.push((local(key.trim()).to_owned(), unescaped(value)?));
        rest = after;
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn place(
    mut element: Element,
    open: &mut [Element],
    root: &mut Option<Element>,
) -> Result<(), Error> {
    element.text = element.text.trim().to_owned();
    match (open.last_mut(), root.is_some()) {
        (Some(parent), _) => parent.children.push(element),
        (None, false) => *root = Some(element),
        (None, true) => return Err(Error::Malformed),
    }
    Ok(())
}

fn take_text(element: Option<&mut Element>, text: &str) -> Result<(), Error> {
    match element {
        Some(element) => push(element, &unescaped(text)?),
        None if text.trim().is_empty() => Ok(()),
        None => Err(Error::Malformed),
    }
}

fn push(element: &mut Element, text: &str) -> Result<(), Error> {
    if element.text.len().saturating_add(text.len()) > FIELD_BYTES_MAX {
        return Err(Error::Limit);
    }
    element.text.push_str(text);
    Ok(())
}

/// The five entities that every document knows, and letters by their number.
fn unescaped(text: &str) -> Result<String, Error> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (name, after) = after.split_once(';').ok_or(Error::Malformed)?;
        let number = |digits: &str, radix| {
            let number = u32::from_str_radix(digits, radix).ok();
            number.and_then(char::from_u32).ok_or(Error::Malformed)
        };
        plain.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            name => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
                (Some(digits), _) => number(digits, 16)?,
                (None, Some(digits)) => number(digits, 10)?,
                (None, None) => return Err(Error::Malformed),
            },
        });
        rest = after;
    }
    plain.push_str(rest);
    Ok(plain)
}

//! Parameters of a request: from query, JSON body or form, for every verb alike.

use serde_json::{Map, Value};

use crate::{api_error::ApiError, limits::PARAMETERS_MAX, request::read_json};

/// The parameters of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Map<String, Value>);

impl From<Map<String, Value>> for Params {
    fn from(fields: Map<String, Value>) -> Self {
        Self(fields)
    }
}

impl Params {
    /// Reads query and body; the body counts where both say something.
    pub(crate) fn read(
        query: &str,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Self, ApiError> {
        let mut fields = form(query.as_bytes())?;
        let is_form = content_type
            .is_some_and(|kind| kind.trim().starts_with("application/x-www-form-urlencoded"));
        if is_form && !body.is_empty() {
            fields.extend(form(body)?);
        } else if !body.iter().all(u8::is_ascii_whitespace) {
            fields.extend(read_json(body)?);
        }
        Ok(Self(fields))
    }

    /// All of them.
    pub(crate) const fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A text, or what else can be written as one.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<String, ApiError> {
        self.text(name)
            .ok_or_else(|| ApiError::parameter(format!("The parameter {name} is required.")))
    }

    /// Names: an array, a JSON array in a text, or a text with commas.
    pub(crate) fn names(&self, name: &str) -> Option<Vec<String>> {
        let listed = |items: &[Value]| {
            let name_of = |item: &Value| match item {
                Value::Object(field) => field.get("name")?.as_str().map(ToOwned::to_owned),
                other => other.as_str().map(ToOwned::to_owned),
            };
            items.iter().filter_map(name_of).collect()
        };
        match self.0.get(name)? {
            Value::Array(items) => Some(listed(items)),
            Value::String(text) => match serde_json::from_str(text) {
                Ok(Value::Array(items)) => Some(listed(&items)),
                _ => Some(top_level(text)),
            },
            _ => None,
        }
    }
}

/// The names of a projection like `a,b{c,d},e.as(x)`, without what is inside.
fn top_level(text: &str) -> Vec<String> {
    let (mut names, mut name, mut depth) = (Vec::new(), String::new(), 0_u32);
    for character in text.chars() {
        match character {
            '{' | '(' => depth = depth.saturating_add(1),
            '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => names.push(std::mem::take(&mut name)),
            other if depth == 0 => name.push(other),
            _ => {}
        }
    }
    names.push(name);
    let first = |name: String| name.split('.').next().unwrap_or_default().trim().to_owned();
    names.into_iter().map(first).filter(|name| !name.is_empty()).collect()
}

fn form(text: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text) {
        if fields.len() == PARAMETERS_MAX {
            return Err(ApiError::parameter("There are too many parameters."));
        }
        // A part of JSON in a form: `context={"message_id":…}`.
        let value = match value.bytes().next() {
            Some(b'{') => match serde_json::from_str(&value) {
                Ok(object @ Value::Object(_)) => object,
                _ => Value::String(value.into_owned()),
            },
            _ => Value::String(value.into_owned()),
        };
        fields.insert(name.into_owned(), value);
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_form_and_json_are_one() {
        let params = Params::read("a=1&b=x%20y", None, br#"{"a":2,"c":null}"#).unwrap();
        assert_eq!(params.text("a").unwrap(), "2");
        assert_eq!(params.text("b").unwrap(), "x y");
        assert_eq!(params.text("c"), None);
        let form = Some("application/x-www-form-urlencoded; charset=utf-8");
        assert_eq!(Params::read("", form, b"a=b+c").unwrap().text("a").unwrap(), "b c");
        assert_eq!(Params::read("", None, b"{").unwrap_err().code, 100);
        assert!(Params::read(&"a&".repeat(600), None, b"").is_ok());
    }

    #[test]
    fn lists_of_names_come_in_three_forms() {
        let params = Params::read(
            "f=messages,x&g=%5B%22a%22%5D&p=id,health%7Ba,b%7D,analytics.start(1).end(2)",
            None,
            br#"{"h":["a",{"name":"b"}]}"#,
        )
        .unwrap();
        assert_eq!(params.names("f").unwrap(), ["messages", "x"]);
        assert_eq!(params.names("g").unwrap(), ["a"]);
        assert_eq!(params.names("h").unwrap(), ["a", "b"]);
        assert_eq!(params.names("p").unwrap(), ["id", "health", "analytics"]);
    }
}

//! What a line says, taken apart: only for lines that are drawn. The envelope that Fluent Bit puts around a line folds away, and
//! what the program itself said comes to the front.
use std::borrow::Cow;

use serde_json::{Map, Value};

use super::sniff::{
    is_json,
    json::{Pairs, Raw, unescape},
    logfmt::{Token, Tokens},
};

/// A longer line is not taken apart: nobody reads its fields, and it would be waited for.
const LONGEST: usize = 1 << 20;

/// Where programs put what they want to say.
const MESSAGES: [&str; 5] = ["message", "msg", "@message", "MESSAGE", "body"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Nested names are joined by points: `user.id`.
    pub name: String,
    pub value: String,
    pub kind: FieldKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// An array, as JSON.
    List,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// What it has to say; nothing where no field holds that.
    pub message: Option<String>,
    /// What the program said besides, in its order.
    pub pairs: Vec<Field>,
    /// What was put around it on its way.
    pub envelope: Vec<Field>,
}

/// The fields of a JSON or logfmt line; nothing where it has none.
#[must_use]
pub fn fields(text: &[u8]) -> Option<Fields> {
    if text.len() > LONGEST {
        return None;
    }
    if !is_json(text) {
        return of_logfmt(text);
    }
    let text = String::from_utf8_lossy(text);
    let Ok(Value::Object(mut whole)) = serde_json::from_str(&text) else { return None };
    let mut fields = Fields::default();
    if !is_envelope(&whole) {
        of_object(whole, &mut fields);
        return Some(fields);
    }
    let log = whole.shift_remove("log");
    match (whole.shift_remove("log_processed"), log) {
        (Some(Value::Object(inner)), _) | (_, Some(Value::Object(inner))) => of_object(inner, &mut fields),
        (_, Some(Value::String(text))) => match serde_json::from_str(&text) {
            Ok(Value::Object(inner)) => of_object(inner, &mut fields),
            _ => fields.message = Some(text.trim_end_matches(['\r', '\n']).to_owned()),
        },
        _ => {}
    }
    flatten(whole, "", &mut fields.envelope);
    Some(fields)
}

/// Whether Fluent Bit put it around a line: the line is in `log`, and beside it stands where it came from.
fn is_envelope(whole: &Map<String, Value>) -> bool {
    let has = |name: &str| whole.contains_key(name);
    (has("log") || has("log_processed")) && (has("kubernetes") || has("stream") || has("_p"))
}

fn of_object(mut object: Map<String, Value>, fields: &mut Fields) {
    let name = MESSAGES.iter().find(|name| object.get(**name).is_some_and(Value::is_string));
    if let Some(Value::String(message)) = name.and_then(|name| object.shift_remove(*name)) {
        fields.message = Some(message);
    }
    flatten(object, "", &mut fields.pairs);
}

fn flatten(object: Map<String, Value>, before: &str, into: &mut Vec<Field>) {
    for (key, value) in object {
        let name = if before.is_empty() { key } else { format!("{before}.{key}") };
        let (value, kind) = match value {
            Value::Object(inner) if !inner.is_empty() => {
                flatten(inner, &name, into);
                continue;
            }
            Value::String(text) => (text, FieldKind::Text),
            Value::Number(number) => (number.to_string(), FieldKind::Number),
            Value::Array(_) | Value::Object(_) => (value.to_string(), FieldKind::List),
            Value::Bool(_) | Value::Null => (value.to_string(), FieldKind::Word),
        };
        into.push(Field { name, value, kind });
    }
}

fn of_logfmt(text: &[u8]) -> Option<Fields> {
    let mut fields = Fields::default();
    let mut words: Vec<u8> = Vec::new();
    for token in Tokens::new(text) {
        match token {
            Token::Pair(name, value) => {
                let (name, value) = (String::from_utf8_lossy(name), unescape(value));
                let value = String::from_utf8_lossy(&value).into_owned();
                if fields.message.is_none() && MESSAGES.contains(&name.as_ref()) {
                    fields.message = Some(value);
                    continue;
                }
                let kind = match value.as_str() {
                    "true" | "false" | "null" => FieldKind::Word,
                    number if number.parse::<f64>().is_ok() => FieldKind::Number,
                    _ => FieldKind::Text,
                };
                fields.pairs.push(Field { name: name.into_owned(), value, kind });
            }
            Token::Word(word) => {
                words.extend_from_slice(if words.is_empty() { b"" } else { b" " });
                words.extend_from_slice(word);
            }
        }
    }
    // one `a=b` in a sentence makes no record
    let is_record = fields.message.is_some() && !fields.pairs.is_empty() || fields.pairs.len() > 1;
    if fields.message.is_none() && !words.is_empty() {
        fields.message = Some(String::from_utf8_lossy(&words).into_owned());
    }
    is_record.then_some(fields)
}

/// What a line has to say, without what surrounds it; the whole line where nothing says what that is. It allocates only where it
/// must.
#[must_use]
pub fn message(text: &[u8]) -> Cow<'_, [u8]> {
    if !is_json(text) {
        let mut pairs = Tokens::new(text).filter_map(|token| match token {
            Token::Pair(key, value) => Some((key, value)),
            Token::Word(_) => None,
        });
        // logfmt begins with a pair
        let begins = matches!(Tokens::new(text).next(), Some(Token::Pair(..)));
        let said = begins.then(|| pairs.find(|(key, _)| is_message(key))).flatten();
        return said.map_or(Cow::Borrowed(text), |(_, value)| unescape(value));
    }
    let mut log = None;
    for (key, value) in Pairs::new(text) {
        match value {
            Raw::Text(value) if is_message(key) => return unescape(value),
            Raw::Object(inner) if key == b"log_processed" || key == b"log" => {
                if let Some(said) = message_in(inner) {
                    return said;
                }
            }
            Raw::Text(value) if key == b"log" => log = Some(value),
            _ => {}
        }
    }
    match log.map(unescape) {
        Some(plain) => match is_json(&plain).then(|| message_in(&plain)).flatten() {
            Some(said) => Cow::Owned(said.into_owned()),
            None => trimmed(plain),
        },
        None => Cow::Borrowed(text),
    }
}

fn message_in(object: &[u8]) -> Option<Cow<'_, [u8]>> {
    Pairs::new(object).find_map(|(key, value)| match value {
        Raw::Text(value) if is_message(key) => Some(unescape(value)),
        _ => None,
    })
}

fn is_message(key: &[u8]) -> bool {
    MESSAGES.iter().any(|name| name.as_bytes() == key)
}

/// Without the line feed that Fluent Bit leaves at the end of `log`.
fn trimmed(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii_end()),
        Cow::Owned(mut text) => {
            text.truncate(text.trim_ascii_end().len());
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: &[Field]) -> Vec<String> {
        fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect()
    }

    #[test]
    fn what_a_program_said_comes_before_what_it_said_besides() {
        let text = br#"{"level":"warn","msg":"slow","user":{"id":7,"name":"a"},"tags":["x"],"ok":true,"none":null}"#;
        let fields = fields(text).unwrap();
        assert_eq!(fields.message.as_deref(), Some("slow"));
        assert_eq!(
            shown(&fields.pairs),
            ["level=warn", "user.id=7", "user.name=a", r#"tags=["x"]"#, "ok=true", "none=null"]
        );
        assert_eq!(message(text).as_ref(), b"slow");
    }

    #[test]
    fn the_envelope_of_fluent_bit_folds_away() {
        let plain = br#"{"time":"2026-11-01T00:00:00Z","stream":"stdout","_p":"F","log":"hello \"you\"\n","kubernetes":{"pod_name":"api"}}"#;
        let of_plain = fields(plain).unwrap();
        assert_eq!((of_plain.message.as_deref(), of_plain.pairs.len()), (Some("hello \"you\""), 0));
        assert_eq!(of_plain.envelope.last().unwrap().name, "kubernetes.pod_name");
        assert_eq!(message(plain).as_ref(), b"hello \"you\"");
        let merged = br#"{"log":"{\"msg\":\"a\",\"n\":1}","log_processed":{"msg":"a","n":1},"kubernetes":{}}"#;
        let unmerged = br#"{"stream":"stderr","log":"{\"msg\":\"a\",\"n\":1}"}"#;
        for text in [&merged[..], unmerged] {
            let fields = fields(text).unwrap();
            assert_eq!((fields.message.as_deref(), shown(&fields.pairs)), (Some("a"), vec!["n=1".to_owned()]));
            assert_eq!(message(text).as_ref(), b"a");
        }
    }

    #[test]
    fn logfmt_has_fields_and_a_sentence_has_none() {
        let fields_of = fields(br#"ts=1 level=info msg="hello you" n=2"#).unwrap();
        assert_eq!((fields_of.message.as_deref(), fields_of.pairs.len()), (Some("hello you"), 3));
        assert_eq!(message(br#"ts=1 level=info msg="hello you" n=2"#).as_ref(), b"hello you");
        assert_eq!((fields(b"the value of a=b is wrong"), fields(b""), fields(b"{broken")), (None, None, None));
        assert_eq!(message(b"{broken").as_ref(), b"{broken");
    }
}

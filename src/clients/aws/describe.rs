//! Turns what the SDK prints of an object into JSON as AWS shows it. The SDK's types know no serialisation, but all of them print
//! themselves with their fields' names, and a new field shows by itself.
use std::fmt::Debug;

use serde_json::{Map, Number, Value};

/// How a service writes the names of fields and the words of enumerations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `InstanceId`, `shutting-down`.
    Upper,
    /// `createdAt`, `CREATE_FAILED`.
    Lower,
}

/// Names in which AWS writes more capitals than the rule gives.
const SPELLED: [(&str, &str); 7] = [
    ("enable_resource_name_dns_aaaa_record", "EnableResourceNameDnsAAAARecord"),
    ("dns_name", "DNSName"),
    ("auto_scaling_group_arn", "AutoScalingGroupARN"),
    ("target_group_arns", "TargetGroupARNs"),
    ("service_linked_role_arn", "ServiceLinkedRoleARN"),
    ("vpc_zone_identifier", "VPCZoneIdentifier"),
    ("total_local_storage_gb", "TotalLocalStorageGB"),
];

/// Deeper than any object of AWS; text that nests beyond it is taken as it stands.
const DEEPEST: usize = 48;

/// The object as JSON. `words` are the values of its enumerations where they are not written as the style has it: the SDK prints
/// `T3Micro`, AWS says `t3.micro`.
pub fn json(object: &impl Debug, style: Style, words: &[&[&str]]) -> Value {
    parse(&format!("{object:?}"), style, words)
}

fn parse(text: &str, style: Style, words: &[&[&str]]) -> Value {
    let mut reader = Reader { text, at: 0, style, words };
    match reader.value(0) {
        Some(value) if reader.rest().trim().is_empty() => value.unwrap_or(Value::Null),
        _ => Value::String(text.to_owned()),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    style: Style,
    words: &'a [&'a [&'a str]],
}

/// What was read: `None` inside is the SDK's `None`.
type Read = Option<Option<Value>>;

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, sign: char) -> bool {
        self.spaces();
        let there = self.rest().starts_with(sign);
        if there {
            self.at += sign.len_utf8();
        }
        there
    }

    fn value(&mut self, depth: usize) -> Read {
        self.spaces();
        if depth > DEEPEST {
            return None;
        }
        match self.rest().chars().next()? {
            '"' => self.string().map(|text| Some(Value::String(text))),
            '[' => self.list('[', ']', depth),
            '{' => self.map(depth),
            '(' => self.list('(', ')', depth),
            _ => self.word(depth),
        }
    }

    /// A name with what may follow it, a number, a time, true or false.
    fn word(&mut self, depth: usize) -> Read {
        let rest = self.rest();
        let end = rest.find([',', '{', '}', '[', ']', '(', ')', '"', '\n']).unwrap_or(rest.len());
        let word = rest.get(..end)?.trim_end();
        if word.is_empty() {
            return None;
        }
        self.at += end;
        match (self.rest().chars().next(), word) {
            (Some('('), "Some") => self.single(depth),
            // the SDK's name for a word that it does not know
            (Some('('), "Unknown" | "UnknownVariantValue") => self.single(depth),
            (Some('('), name) => {
                let inner = self.single(depth)?;
                Some(Some(Value::Object(Map::from_iter([(self.field(name), inner.unwrap_or(Value::Null))]))))
            }
            (Some('{'), _) => self.fields(depth),
            (_, "None") => Some(None),
            (_, word) => Some(Some(self.scalar(word))),
        }
    }

    fn scalar(&self, word: &str) -> Value {
        match word {
            "true" => return Value::Bool(true),
            "false" => return Value::Bool(false),
            _ => {}
        }
        if let Ok(whole) = word.parse::<i64>() {
            return Value::Number(whole.into());
        }
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            // a time is printed as it is written; what is left is a fraction
            let number = word.parse().ok().and_then(Number::from_f64);
            return number.map_or_else(|| Value::String(word.to_owned()), Value::Number);
        }
        Value::String(self.enumeration(word))
    }

    /// `(value)` of a tuple struct; more than one become a list.
    fn single(&mut self, depth: usize) -> Read {
        match self.list('(', ')', depth)? {
            Some(Value::Array(mut all)) if all.len() < 2 => Some(all.pop()),
            other => Some(other),
        }
    }

    fn list(&mut self, open: char, close: char, depth: usize) -> Read {
        if !self.eat(open) {
            return None;
        }
        let mut all = vec![];
        loop {
            if self.eat(close) {
                return Some(Some(Value::Array(all)));
            }
            all.extend(self.value(depth + 1)?);
            if !self.eat(',') && !self.ahead(close) {
                return None;
            }
        }
    }

    /// `{"key": value}`: keys are data and stay; in order, for a hash map has none.
    fn map(&mut self, depth: usize) -> Read {
        self.eat('{');
        let mut all = vec![];
        while !self.eat('}') {
            let key = match self.value(depth + 1)?? {
                Value::String(key) => key,
                other => other.to_string(),
            };
            if self.eat(':') {
                all.extend(self.value(depth + 1)?.map(|value| (key, value)));
            } else {
                all.push((key, Value::Bool(true)));
            }
            if !self.eat(',') && !self.ahead('}') {
                return None;
            }
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        Some(Some(Value::Object(all.into_iter().collect())))
    }

    /// `{ name: value, .. }` of a struct.
    fn fields(&mut self, depth: usize) -> Read {
        self.eat('{');
        let mut all = Map::new();
        while !self.eat('}') {
            self.spaces();
            let rest = self.rest();
            if rest.starts_with("..") {
                self.at += 2;
                continue;
            }
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '#')?;
            let name = rest.get(..end)?;
            self.at += end;
            if name.is_empty() || !self.eat(':') {
                return None;
            }
            if let Some(value) = self.value(depth + 1)? {
                all.insert(self.field(name), value);
            }
            if !self.eat(',') && !self.ahead('}') {
                return None;
            }
        }
        Some(Some(Value::Object(all)))
    }

    fn ahead(&mut self, sign: char) -> bool {
        self.spaces();
        self.rest().starts_with(sign)
    }

    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let mut out = String::new();
        let mut signs = self.rest().char_indices();
        let start = self.at;
        while let Some((at, sign)) = signs.next() {
            match sign {
                '"' => {
                    self.at = start + at + 1;
                    return Some(out);
                }
                '\\' => out.push(match signs.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '0' => '\0',
                    'u' => {
                        let code: String =
                            signs.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').filter(|c| *c != '{').collect();
                        char::from_u32(u32::from_str_radix(&code, 16).ok()?)?
                    }
                    other => other,
                }),
                other => out.push(other),
            }
        }
        None
    }

    /// `vpc_id` → `VpcId` or `vpcId`.
    fn field(&self, name: &str) -> String {
        if let Some((_, spelled)) = SPELLED.iter().find(|(plain, _)| self.style == Style::Upper && *plain == name) {
            return (*spelled).to_owned();
        }
        let mut out = String::with_capacity(name.len());
        for (nth, part) in name.trim_start_matches("r#").split('_').filter(|part| !part.is_empty()).enumerate() {
            let mut signs = part.chars();
            match signs.next() {
                Some(first) if nth > 0 || self.style == Style::Upper => out.extend(first.to_uppercase()),
                Some(first) => out.extend(first.to_lowercase()),
                None => {}
            }
            out.push_str(signs.as_str());
        }
        out
    }

    fn enumeration(&self, word: &str) -> String {
        let same = |known: &str| {
            let plain = known.chars().filter(char::is_ascii_alphanumeric);
            plain.map(|c| c.to_ascii_lowercase()).eq(word.chars().map(|c| c.to_ascii_lowercase()))
        };
        // the SDK leaves out the first half of words such as `Target.Timeout`; `t3.micro` is another sort
        let half = |known: &&str| {
            known.split_once('.').is_some_and(|(of, rest)| of.starts_with(|c: char| c.is_uppercase()) && same(rest))
        };
        let words = || self.words.iter().flat_map(|all| all.iter().copied());
        if let Some(known) = words().find(|known| same(known)).or_else(|| words().find(half)) {
            return known.to_owned();
        }
        let mut out = String::with_capacity(word.len() + 4);
        for (nth, sign) in word.chars().enumerate() {
            if sign.is_uppercase() && nth > 0 {
                out.push(if self.style == Style::Upper { '-' } else { '_' });
            }
            match self.style {
                Style::Upper => out.extend(sign.to_lowercase()),
                Style::Lower => out.extend(sign.to_uppercase()),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_ec2::types::{Instance, InstanceState, InstanceStateName, InstanceType, Tag};
    use aws_smithy_types::DateTime;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_whole_also_where_the_sdk_names_only_its_second_half() {
        let words: [&[&str]; 2] = [&["t3.micro"], &["Elb.InternalError", "Target.InvalidState"]];
        let read = |word: &str| super::parse(word, Style::Upper, &words);
        assert_eq!(read("InvalidState"), json!("Target.InvalidState"));
        assert_eq!(read("T3Micro"), json!("t3.micro"));
        assert_eq!(read("Micro"), json!("micro"), "half of another word");
    }

    #[test]
    fn an_instance_reads_as_the_aws_command_shows_it() {
        let instance = Instance::builder()
            .instance_id("i-1")
            .instance_type(InstanceType::T3Micro)
            .state(InstanceState::builder().name(InstanceStateName::ShuttingDown).code(32).build())
            .launch_time(DateTime::from_secs(1_700_000_000))
            .ebs_optimized(true)
            .tags(Tag::builder().key("Name").value("a \"b\", c\n{d}").build())
            .build();
        let words = [InstanceType::values()];
        let told = super::json(&instance, Style::Upper, &words);
        assert_eq!(
            told,
            json!({
                "InstanceId": "i-1",
                "InstanceType": "t3.micro",
                "State": { "Code": 32, "Name": "shutting-down" },
                "LaunchTime": "2023-11-14T22:13:20Z",
                "EbsOptimized": true,
                "Tags": [{ "Key": "Name", "Value": "a \"b\", c\n{d}" }],
            })
        );
    }

    #[test]
    fn names_with_more_capitals_are_spelled_as_aws_does() {
        let text = r#"LoadBalancer { dns_name: Some("x.elb"), vpc_id: Some("vpc-1") }"#;
        assert_eq!(parse(text, Style::Upper, &[]), json!({ "DNSName": "x.elb", "VpcId": "vpc-1" }));
    }

    #[test]
    fn words_that_the_sdk_does_not_know_yet_come_through() {
        let state = InstanceState::builder().name("on fire".into()).build();
        assert_eq!(super::json(&state, Style::Upper, &[]), json!({ "Name": "on fire" }));
    }

    #[test]
    fn maps_keep_their_keys_and_stand_in_order() {
        let map = HashMap::from([("z/B_c", Some("1")), ("a", Some("2"))]);
        assert_eq!(super::json(&map, Style::Lower, &[]).to_string(), r#"{"a":"2","z/B_c":"1"}"#);
    }

    #[test]
    fn what_the_sdk_keeps_secret_stays_secret() {
        let text = r#"Output { user_data: "*** Sensitive Data Redacted ***", id: Some("x") }"#;
        assert_eq!(parse(text, Style::Upper, &[]), json!({ "UserData": "*** Sensitive Data Redacted ***", "Id": "x" }));
    }

    #[test]
    fn text_that_is_no_object_is_shown_as_it_is() {
        for text in ["Vpc { id: Some(\"x\"", "a)", "", "Vpc { : }", &"[".repeat(500)] {
            assert_eq!(parse(text, Style::Upper, &[]), Value::String(text.to_owned()));
        }
    }

    #[derive(Clone, Debug)]
    struct Sample {
        text: Option<String>,
        list: Vec<(i32, String)>,
        flag: bool,
        map: std::collections::BTreeMap<String, f64>,
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in ".*") {
            parse(&text, Style::Upper, &[&["a"]]);
        }

        #[test]
        fn text_that_looks_like_an_object_is_read_without_a_panic(text in r#"[A-Za-z_ {}\[\]():,"\\\.u0-9-]{0,80}"#) {
            parse(&text, Style::Lower, &[]);
        }

        #[test]
        fn whatever_rust_prints_comes_back_whole(
            text: Option<String>, list: Vec<(i32, String)>, flag: bool, map: std::collections::BTreeMap<String, i8>,
        ) {
            let map = map.into_iter().map(|(k, v)| (k, f64::from(v) + 0.5)).collect();
            let sample = Sample { text, list, flag, map };
            let told = super::json(&sample, Style::Lower, &[]);
            let text = told.get("text").map(|t| t.as_str().unwrap().to_owned());
            prop_assert_eq!(&text, &sample.text);
            prop_assert_eq!(&told["list"], &serde_json::to_value(&sample.list).unwrap());
            prop_assert_eq!(&told["flag"], &Value::Bool(sample.flag));
            prop_assert_eq!(&told["map"], &serde_json::to_value(&sample.map).unwrap());
        }
    }
}

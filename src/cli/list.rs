//! `quarterdeck list` and `quarterdeck describe`: tables for people, a documented shape for programs.
use std::io::{self, Write};

use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use super::{
    Exit,
    args::{Output, Where},
    headless,
    run::print,
    start,
};
use crate::{
    clients::kube,
    config::Settings,
    error::{Error, Result, Trouble},
    jobs,
    kinds::{Cell, Kind, Reach, Record, Scope},
    model::{Model, filter::Place, store::FeedKey, table::Picked},
    runtime,
};

/// The version of the shape that `--json` prints. It grows when a field changes its meaning or goes away.
const SHAPE: u32 = 1;

pub async fn list(settings: &Settings, kind: &str, json: bool, filter: Option<&str>, wheres: &[Where]) -> Result<Exit> {
    let kind = listed(kind)?;
    let mut model = headless::settle(settings, kind).await?;
    narrow(&mut model, kind, filter, wheres)?;
    let troubles = headless::troubles(&model);
    let text = if json { as_json(&model, kind, &troubles)? } else { as_text(&model) };
    print(&text)?;
    if !json {
        tell(&troubles);
    }
    Ok(if troubles.is_empty() { Exit::Done } else { Exit::Failed })
}

fn listed(name: &str) -> Result<Kind> {
    let kind = Kind::named(name).ok_or_else(|| Error::usage(format!("no kind is called {name}"), ""))?;
    if let Reach::Within(parent) = kind.reach() {
        let why = format!("they are part of a {}", parent.name());
        return Err(Error::usage(format!("{} are not listed on their own", kind.title()), why)
            .hint(format!("quarterdeck describe {} ID", parent.name())));
    }
    Ok(kind)
}

fn narrow(model: &mut Model, kind: Kind, filter: Option<&str>, wheres: &[Where]) -> Result<()> {
    let now = model.now;
    let Some((table, store)) = model.table_and_store() else { return Ok(()) };
    for wanted in wheres {
        let Some(column) = kind.headings().into_iter().find(|h| h.title.eq_ignore_ascii_case(&wanted.column)) else {
            let titles: Vec<String> = kind.headings().iter().map(|h| h.title.to_lowercase()).collect();
            return Err(Error::usage(format!("{} have no column {}", kind.title(), wanted.column), "")
                .hint(format!("there are {}", titles.join(", "))));
        };
        table.picked = Some(Picked { column: column.title, values: vec![wanted.value.clone()] });
        table.rebuild(store, now);
    }
    if let Some(filter) = filter {
        table.set_filter(store, filter, now);
        if let Some(trouble) = &table.filter.trouble {
            return Err(Error::usage("the filter cannot be read", trouble.clone()));
        }
    }
    Ok(())
}

fn rows(model: &Model) -> impl Iterator<Item = (&FeedKey, Record<'_>)> {
    let shown = headless::table(model).map(|table| table.shown()).unwrap_or_default();
    shown.iter().filter_map(|row| {
        let feed = model.store.feed(row.feed)?;
        Some((&feed.key, feed.rows.get(row.slot)?))
    })
}

/// ```json
/// {"version": 1, "kind": "pod", "rows": [{"id": "…", "name": "…", "health": "good",
///   "scope": {"account": "", "region": "", "cluster": "lab"}, "cells": {"namespace": "…", "restarts": 0}}], "errors": [{"trouble": "denied", "what", "why", "hint"}]}
/// ```
/// A trouble is credentials, denied, throttled, unreachable, not-found, usage or other.
/// Cells: text, numbers and booleans as they are; a share as `{"have", "of"}`; a time as RFC 3339; what is not known as null.
fn as_json(model: &Model, kind: Kind, troubles: &[Error]) -> Result<String> {
    let headings = kind.headings();
    let rows: Vec<Value> = rows(model)
        .map(|(feed, record)| {
            let cells: Map<String, Value> = headings
                .iter()
                .zip(record.cells())
                .map(|(heading, cell)| (heading.title.to_lowercase().replace('-', "_"), value(&cell)))
                .collect();
            let Scope { account, region, cluster, .. } = &feed.scope;
            json!({
                "id": record.id(), "name": record.name(), "health": format!("{:?}", record.health()).to_lowercase(),
                "scope": {"account": &**account, "region": &**region, "cluster": &**cluster}, "cells": cells,
            })
        })
        .collect();
    let error = |e: &Error| json!({"trouble": e.trouble.word(), "what": e.what, "why": e.why, "hint": e.hint});
    let errors: Vec<Value> = troubles.iter().map(error).collect();
    let whole = json!({"version": SHAPE, "kind": kind.name(), "rows": rows, "errors": errors});
    let text = serde_json::to_string_pretty(&whole);
    text.map(|text| text + "\n").map_err(|e| Error::new(Trouble::Other, "write JSON", e.to_string()))
}

fn value(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Missing => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Owned(text) => json!(text),
        Cell::Int(n) => json!(n),
        Cell::Count(n, _) => json!(n),
        Cell::Ratio(have, of) => json!({"have": have, "of": of}),
        Cell::Bytes(n) => json!(n),
        Cell::Flag(yes) => json!(yes),
        Cell::Since(at) | Cell::At(at) => {
            jiff::Timestamp::from_second(*at).map_or(Value::Null, |at| json!(at.to_string()))
        }
    }
}

/// Columns as wide as their widest cell, two spaces apart.
fn as_text(model: &Model) -> String {
    let Some(table) = headless::table(model) else { return String::new() };
    let columns = table.columns();
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|(_, heading)| heading.title.to_owned()).collect()];
    for row in table.shown() {
        let Some(feed) = model.store.feed(row.feed) else { continue };
        let cell =
            |place: &Place| clean(&model.zone.show(&place.cell(&feed.rows, row.slot, &feed.key.scope), model.now));
        lines.push(columns.iter().map(|(place, _)| cell(place)).collect());
    }
    let widths: Vec<usize> =
        (0..columns.len()).map(|n| lines.iter().map(|line| line[n].width()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let mut at = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            at.push_str(cell);
            at.extend(std::iter::repeat_n(' ', width + 2 - cell.width()));
        }
        text.push_str(at.trim_end());
        text.push('\n');
    }
    text
}

/// Text from outside must not steer the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn tell(troubles: &[Error]) {
    for error in troubles {
        // nobody to tell if stderr is closed
        let _closed = writeln!(io::stderr(), "quarterdeck: {}", clean(&error.to_string()));
    }
}

pub async fn describe(settings: &Settings, kind: &str, id: &str, output: Output) -> Result<Exit> {
    let kind = listed(kind)?;
    let model = headless::settle(settings, kind).await?;
    let found: Vec<(FeedKey, String)> = rows(&model)
        .filter(|(_, record)| record.id() == id || record.name() == id)
        .map(|(feed, record)| (feed.clone(), record.id().to_owned()))
        .collect();
    let (feed, id) = match found.as_slice() {
        [one] => one.clone(),
        [] => {
            let troubles = headless::troubles(&model);
            tell(&troubles);
            return Err(Error::new(
                Trouble::NotFound,
                format!("no {} is called {id}", kind.name()),
                "looked everywhere that answered",
            )
            .hint(format!("quarterdeck list {} shows what there is", kind.name())));
        }
        many => {
            let where_: Vec<String> = many.iter().map(|(feed, id)| format!("{id} in {}", feed.scope.path())).collect();
            return Err(Error::usage(format!("{} {} are called {id}", many.len(), kind.title()), where_.join("; "))
                .hint("give the id instead of the name, or narrow with --region, --profile or --context"));
        }
    };
    if output == Output::Pairs {
        return print(&pairs(&model, &feed, &id));
    }
    let clients = start::clients(settings)?;
    let address = address(&model, &feed, &id);
    let object = jobs::list::describe(&clients, &feed, &address).await?;
    let text = match output {
        Output::Json => serde_json::to_string_pretty(&object).map(|text| text + "\n"),
        Output::Yaml | Output::Pairs => return print(&kube::yaml(&object)?),
    };
    print(&text.map_err(|e| Error::new(Trouble::Other, "write JSON", e.to_string()))?)
}

fn pairs(model: &Model, key: &FeedKey, id: &str) -> String {
    let Some(feed) = model.store.get(key) else { return String::new() };
    let Some(record) = feed.rows.slot(id).and_then(|slot| feed.rows.get(slot)) else { return String::new() };
    let cells = key.kind.headings().into_iter().zip(record.cells());
    let now = runtime::now_ms() / 1000;
    cells
        .map(|(heading, cell)| format!("{:16} {}\n", heading.title.to_lowercase(), clean(&model.zone.tell(&cell, now))))
        .collect()
}

fn address(model: &Model, key: &FeedKey, id: &str) -> String {
    let rows = model.store.get(key).map(|feed| &feed.rows);
    let record = rows.and_then(|rows| rows.get(rows.slot(id)?));
    record.map_or_else(|| id.to_owned(), Record::address)
}

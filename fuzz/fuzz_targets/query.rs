//! Any query on any text: nothing panics, no decision takes long, every span lies in its field, and
//! a query's print parses to the same query.

#![no_main]

use ascolto::model::{HitField, Timestamp};
use ascolto::query::{Document, Names, Query, Role, Span};
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

// The query ends at the first NUL; the title at the next one; the rest is the text.
fuzz_target!(|input: &str| {
    let mut parts = input.splitn(3, '\0');
    let mut part = || parts.next().unwrap_or_default();
    let (source, title, text) = (part(), part(), part());
    let names = Names::default();
    let Ok((query, _)) = Query::parse(source, Role::Search, &names) else {
        return;
    };
    let printed = query.to_string();
    match Query::parse(&printed, Role::Search, &names) {
        Ok((again, _)) => assert!(again == query, "{source:?} prints as {printed:?}"),
        Err(problems) => panic!("{source:?} prints as {printed:?}: {problems:?}"),
    }

    let document = Document {
        title: Some(title),
        text,
        author: Some(title),
        handle: Some("@acme"),
        url: Some(text),
        published: Some(NOW),
        ..Document::default()
    };
    let hits = query.hits(&document, NOW);
    for span in hits.iter().flatten() {
        assert!(is_inside(span, &document), "{source:?}: {span:?}");
    }
    let told = query.explain(&document, NOW).to_string();
    assert!(!told.is_empty(), "{source:?} is not explained");
});

fn is_inside(span: &Span, document: &Document<'_>) -> bool {
    let fields = match span.field {
        HitField::Title => [document.title, None],
        HitField::Text => [Some(document.text), None],
        HitField::Url => [document.url, None],
        HitField::Author => [document.author, document.handle],
    };
    let lies_in = |text: &str| text.get(span.start..span.end).is_some_and(|hit| !hit.is_empty());
    fields.into_iter().flatten().any(lies_in)
}

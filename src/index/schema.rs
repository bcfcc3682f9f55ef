//! What of a mention is indexed, and how.

use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

use super::tokenizer;
use crate::model::{Mention, Scores};
use crate::query::fold::fold;
use crate::query::keys::{Keys, unmarked};
use crate::query::{host, signed};

/// Counts the meanings that the fields have had: an index of another version is made again. It
/// grows also when words are cut differently.
pub(super) const VERSION: u32 = 3;

/// The fields of the index.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) id: Field,
    pub(super) seq: Field,
    pub(super) date: Field,
    pub(super) fingerprint: Field,
    pub(super) title: Field,
    pub(super) text: Field,
    pub(super) author: Field,
    pub(super) author_name: Field,
    pub(super) site: Field,
    pub(super) kind: Field,
    pub(super) language: Field,
    pub(super) source: Field,
    pub(super) watch: Field,
    pub(super) sentiment: Field,
    /// The sentiment about one brand, as [`tone`] writes it.
    pub(super) tone: Field,
    pub(super) intent: Field,
    pub(super) priority: Field,
    pub(super) status: Field,
    pub(super) tag: Field,
    pub(super) rating: Field,
    pub(super) followers: Field,
    pub(super) engagement: Field,
    pub(super) score: Field,
    pub(super) priority_score: Field,
}

/// The schema and its fields. Nothing is stored: the store has it.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = SchemaBuilder::new();
    let words = |record| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(tokenizer::NAME)
            .set_index_option(record);
        TextOptions::default().set_indexing_options(indexing)
    };
    let value = || {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        TextOptions::default().set_indexing_options(indexing)
    };
    let counted = || value().set_fast("raw");
    let whole = IndexRecordOption::WithFreqsAndPositions;
    let fields = Fields {
        id: builder.add_u64_field("id", INDEXED | FAST),
        seq: builder.add_u64_field("seq", FAST),
        date: builder.add_i64_field("date", FAST),
        fingerprint: builder.add_u64_field("fingerprint", FAST),
        title: builder.add_text_field("title", words(whole)),
        text: builder.add_text_field("text", words(whole)),
        author: builder.add_text_field("author", words(IndexRecordOption::WithFreqs)),
        author_name: builder.add_text_field("author_name", TextOptions::default().set_fast("raw")),
        site: builder.add_text_field("site", value()),
        kind: builder.add_text_field("kind", value()),
        language: builder.add_text_field("language", counted()),
        source: builder.add_text_field("source", counted()),
        watch: builder.add_text_field("watch", counted()),
        sentiment: builder.add_text_field("sentiment", counted()),
        tone: builder.add_text_field("tone", counted()),
        intent: builder.add_text_field("intent", value()),
        priority: builder.add_text_field("priority", counted()),
        status: builder.add_text_field("status", value()),
        tag: builder.add_text_field("tag", value()),
        rating: builder.add_f64_field("rating", FAST),
        followers: builder.add_f64_field("followers", FAST),
        engagement: builder.add_f64_field("engagement", FAST),
        score: builder.add_f64_field("score", FAST),
        priority_score: builder.add_u64_field("priority_score", FAST),
    };
    (builder.build(), fields)
}

/// Bytes that what is indexed of a mention takes beside its words, most of the time.
const ASIDE: usize = 512;

/// What Tantivy is given of a mention. Where the terms of its words were noted, these are taken.
pub(super) fn document(fields: &Fields, mention: &Mention, keys: &Keys) -> TantivyDocument {
    let words = mention.item.text.len() + mention.item.title.as_ref().map_or(0, String::len);
    let mut taken = TantivyDocument::with_capacity(words + words / 2 + ASIDE);
    let mut hash = Fnv::new();
    taken.add_u64(fields.id, unsigned(mention.id.0));
    taken.add_u64(fields.seq, unsigned(mention.seq.0));
    visit(mention, &mut |part, value| {
        hash.part(part, value);
        let field = field_of(fields, part);
        let noted = match part {
            Part::Title => keys.title(),
            Part::Text => keys.text(),
            _ => None,
        };
        match value {
            Value::Text(_) if let Some(noted) = noted => taken.add_text(field, &*noted),
            Value::Text(text) => taken.add_text(field, unmarked(text)),
            Value::Moment(at) => taken.add_i64(field, at),
            Value::Number(number) => taken.add_f64(field, number),
            Value::Points(points) => taken.add_u64(field, points),
        }
    });
    taken.add_u64(fields.fingerprint, hash.0);
    taken
}

/// A hash of all that is indexed of a mention, number and sequence number aside.
pub fn fingerprint(mention: &Mention) -> u64 {
    let mut hash = Fnv::new();
    visit(mention, &mut |part, value| hash.part(part, value));
    hash.0
}

/// A part of a mention that is indexed.
#[derive(Debug, Clone, Copy)]
enum Part {
    Date,
    Title,
    Text,
    Author,
    AuthorName,
    Site,
    Kind,
    Language,
    Source,
    Watch,
    Sentiment,
    Tone,
    Intent,
    Priority,
    Status,
    Tag,
    Rating,
    Followers,
    Engagement,
    Score,
    PriorityScore,
}

#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    Text(&'a str),
    Moment(i64),
    Number(f64),
    Points(u64),
}

fn field_of(fields: &Fields, part: Part) -> Field {
    match part {
        Part::Date => fields.date,
        Part::Title => fields.title,
        Part::Text => fields.text,
        Part::Author => fields.author,
        Part::AuthorName => fields.author_name,
        Part::Site => fields.site,
        Part::Kind => fields.kind,
        Part::Language => fields.language,
        Part::Source => fields.source,
        Part::Watch => fields.watch,
        Part::Sentiment => fields.sentiment,
        Part::Tone => fields.tone,
        Part::Intent => fields.intent,
        Part::Priority => fields.priority,
        Part::Status => fields.status,
        Part::Tag => fields.tag,
        Part::Rating => fields.rating,
        Part::Followers => fields.followers,
        Part::Engagement => fields.engagement,
        Part::Score => fields.score,
        Part::PriorityScore => fields.priority_score,
    }
}

/// Tells every part of a mention that is indexed, always in the same order.
fn visit(mention: &Mention, tell: &mut dyn FnMut(Part, Value<'_>)) {
    let item = &mention.item;
    tell(Part::Date, Value::Moment(mention.date().millis()));
    if let Some(title) = &item.title {
        tell(Part::Title, Value::Text(title));
    }
    tell(Part::Text, Value::Text(&item.text));
    if let Some(name) = &item.author.name {
        tell(Part::Author, Value::Text(name));
    }
    if let Some(handle) = &item.author.handle {
        tell(Part::Author, Value::Text(&signed(handle)));
    }
    if let Some(name) = item.author.name.as_ref().or(item.author.handle.as_ref()) {
        tell(Part::AuthorName, Value::Text(tokenizer::cut(name)));
    }
    for_each_site(mention, &mut |site| tell(Part::Site, Value::Text(site)));
    tell(Part::Kind, Value::Text(item.kind.as_str()));
    tell(
        Part::Language,
        Value::Text(mention.scores.language.as_str()),
    );
    tell(Part::Source, Value::Text(&mention.source));
    for watchlist in &mention.watchlists {
        tell(Part::Watch, Value::Text(watchlist.as_str()));
    }
    let scores = &mention.scores;
    tell(
        Part::Sentiment,
        Value::Text(scores.sentiment.label.as_str()),
    );
    for_each_tone(scores, &mut |tone| tell(Part::Tone, Value::Text(tone)));
    tell(Part::Intent, Value::Text(scores.intent.label.as_str()));
    tell(Part::Priority, Value::Text(scores.priority.label.as_str()));
    tell(Part::Status, Value::Text(mention.status.as_str()));
    for tag in &mention.tags {
        tell(Part::Tag, Value::Text(tag));
    }
    let numbers = [
        (Part::Rating, item.rating),
        (Part::Followers, item.author.followers.map(to_float)),
        (Part::Engagement, item.engagement.map(to_float)),
        (Part::Score, Some(scores.sentiment.score)),
    ];
    for (part, number) in numbers {
        if let Some(number) = number.filter(|number| !number.is_nan()) {
            tell(part, Value::Number(plain_zero(number)));
        }
    }
    let points = u64::from(scores.priority.score);
    tell(Part::PriorityScore, Value::Points(points));
}

/// What is indexed of the sentiment about the brand of a watchlist, given by its folded name.
pub(super) fn tone(watchlist: &str, label: &str) -> String {
    format!("{watchlist}\n{label}")
}

/// Tells the sentiment about each brand of which a mention speaks otherwise than as a whole. Of
/// names that fold alike the first counts, as for the matcher.
fn for_each_tone(scores: &Scores, tell: &mut dyn FnMut(&str)) {
    let mut known = Vec::new();
    for brand in &scores.brands {
        let name = fold(brand.watchlist.as_str());
        if !known.contains(&name) {
            tell(&tone(&name, brand.sentiment.label.as_str()));
            known.push(name);
        }
    }
}

/// The longest host that is indexed, in bytes: no name in the DNS is longer (RFC 1035, 2.3.4).
pub(super) const LONGEST_SITE: usize = 253;

/// Tells the host of a mention's address and every host above it.
fn for_each_site(mention: &Mention, tell: &mut dyn FnMut(&str)) {
    let Some(host) = mention.item.url.as_deref().and_then(host) else {
        return;
    };
    let mut rest = host.as_str();
    loop {
        if rest.len() <= LONGEST_SITE {
            tell(rest);
        }
        match rest.split_once('.') {
            Some((_, parent)) => rest = parent,
            None => break,
        }
    }
}

/// Counts are compared as the query language compares them: as floating-point numbers.
#[expect(
    clippy::cast_precision_loss,
    reason = "the matcher rounds in the same way"
)]
pub(super) fn to_float(count: u64) -> f64 {
    count as f64
}

/// Minus zero made plain: Tantivy orders it below zero, the query language does not.
pub(super) fn plain_zero(number: f64) -> f64 {
    number + 0.0
}

/// Numbers of mentions and sequence numbers count from 1.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// FNV-1a (64 bits), of words of eight bytes where there are as many: quick, and the same in every
/// version and on every machine. <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
            // What changed in the last byte of a word would else reach the highest bits alone.
            self.0 ^= self.0 >> 29;
        }
        for byte in rest {
            self.mix(u64::from(*byte));
        }
    }

    fn mix(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3);
    }

    fn part(&mut self, part: Part, value: Value<'_>) {
        self.bytes(&[part as u8]);
        match value {
            Value::Text(text) => {
                self.bytes(text.as_bytes());
                self.bytes(&[0xff]);
            }
            Value::Moment(at) => self.bytes(&at.to_le_bytes()),
            Value::Number(number) => self.bytes(&number.to_bits().to_le_bytes()),
            Value::Points(points) => self.bytes(&points.to_le_bytes()),
        }
    }
}

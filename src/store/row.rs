//! A mention as a row of the table, and back.

use std::cell::RefCell;
use std::sync::LazyLock;

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::names::Names;
use crate::model::{
    Author, BrandTone, Hit, HitField, Intent, IntentScore, Item, ItemKind, Lang, Mention,
    MentionId, OwnerReply, Points, Priority, PriorityScore, Scores, Sentiment, SentimentScore,
    Sequence, Status, Timestamp, WatchlistId, WeightedTerm,
};

/// The columns in the order in which `read` takes them and `write` gives them.
pub(super) const COLUMNS: &str = "id, seq, origin, date, collected, published, kind, native_id, \
     url, permalink, canonical_url, title, author_name, author_handle, followers, lang_hint, \
     rating, engagement, parent, owner_reply, language, sentiment, sentiment_score, intent, \
     priority, priority_score, because, watchlists, hits, copies, status, tags, text, brands";

/// The same without what takes longest to read: why it matched, and why it weighs what it does.
pub(super) static UNEXPLAINED: LazyLock<String> = LazyLock::new(|| {
    COLUMNS
        .replace(" because,", " '[[],[],[],\"\"]',")
        .replace(" hits,", " '[]',")
});

/// How many columns `read` takes.
pub(super) const WIDTH: usize = 34;

const INSERT: &str = "INSERT INTO mentions (id, seq, origin, date, collected, published, kind, \
     native_id, url, permalink, canonical_url, title, author_name, author_handle, followers, \
     lang_hint, rating, engagement, parent, owner_reply, language, sentiment, sentiment_score, \
     intent, priority, priority_score, because, watchlists, hits, copies, status, tags, text, \
     brands) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
     ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34)";

const UPDATE: &str = "UPDATE mentions SET seq = ?2, origin = ?3, date = ?4, collected = ?5, \
     published = ?6, kind = ?7, native_id = ?8, url = ?9, permalink = ?10, canonical_url = ?11, \
     title = ?12, author_name = ?13, author_handle = ?14, followers = ?15, lang_hint = ?16, \
     rating = ?17, engagement = ?18, parent = ?19, owner_reply = ?20, language = ?21, \
     sentiment = ?22, sentiment_score = ?23, intent = ?24, priority = ?25, priority_score = ?26, \
     because = ?27, watchlists = ?28, hits = ?29, copies = ?30, status = ?31, tags = ?32, \
     text = ?33, brands = ?34 WHERE id = ?1";

/// A hit as it is stored: watchlist, field, first byte, byte after the last, term.
type StoredHit = (i64, HitField, usize, usize, String);

/// What made the scores, as it is stored: sentiment, intent, priority, version of the lists.
type StoredReasons = (
    Vec<(String, f64, Vec<String>)>,
    Vec<String>,
    Vec<(String, String, i32)>,
    String,
);

/// The sentiment about one brand, as it is stored: watchlist, label, score, why.
type StoredTone = (i64, Sentiment, f64, Vec<WeightedTerm>);

/// In SQL, the sentiment of `mentions` as the watchlist numbered `?1` sees it.
pub(super) const SENTIMENT_SEEN: &str = "CASE WHEN brands IS NULL THEN sentiment ELSE coalesce(\
     (SELECT value ->> 1 FROM json_each(brands) WHERE value ->> 0 = ?1), sentiment) END";

/// How a row gets into the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// Under a number that is given now; that of the mention is not looked at.
    Insert,
    /// In the place of the row with the mention's number.
    Update,
}

/// Writes a row; gives the mention's number.
pub(super) fn write(
    connection: &Connection,
    put: Put,
    mention: &Mention,
    origin: i64,
    watchlist_number: impl Fn(&WatchlistId) -> rusqlite::Result<i64>,
) -> rusqlite::Result<MentionId> {
    let item = &mention.item;
    let scores = &mention.scores;
    let watchlists = mention
        .watchlists
        .iter()
        .map(&watchlist_number)
        .collect::<Result<Vec<_>, _>>()?;
    let hits = mention
        .hits
        .iter()
        .map(|hit| {
            let number = watchlist_number(&hit.watchlist)?;
            Ok((number, hit.field, hit.start, hit.end, hit.term.as_str()))
        })
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let canonical_url = match (&mention.canonical_url, &item.url) {
        (Some(canonical), Some(url)) if canonical == url => Some(""),
        (canonical, _) => canonical.as_deref(),
    };
    let reply = item
        .owner_reply
        .as_ref()
        .map(|reply| json(&(&reply.text, reply.published.map(Timestamp::millis))))
        .transpose()?;
    let id = match put {
        Put::Insert => None,
        Put::Update => Some(mention.id.0),
    };
    connection
        .prepare_cached(match put {
            Put::Insert => INSERT,
            Put::Update => UPDATE,
        })?
        .execute(params![
            id,
            mention.seq.0,
            origin,
            mention.date().millis(),
            mention.collected.millis(),
            item.published.map(Timestamp::millis),
            item.kind.as_str(),
            item.native_id,
            item.url,
            item.permalink,
            canonical_url,
            item.title,
            item.author.name,
            item.author.handle,
            item.author.followers.map(signed),
            item.lang_hint.as_ref().map(Lang::as_str),
            item.rating.filter(|rating| rating.is_finite()),
            item.engagement.map(signed),
            item.parent,
            reply,
            scores.language.as_str(),
            scores.sentiment.label.as_str(),
            finite(scores.sentiment.score),
            scores.intent.label.as_str(),
            scores.priority.label.as_str(),
            scores.priority.score,
            reasons(scores)?,
            json(&watchlists)?,
            json(&hits)?,
            mention.copies,
            mention.status.as_str(),
            json(&mention.tags)?,
            item.text,
            tones(&scores.brands, &watchlist_number)?,
        ])?;
    Ok(id.map_or_else(|| MentionId(connection.last_insert_rowid()), MentionId))
}

/// Makes the numbers of a mention what they will be when its row is read.
pub(super) fn round(mention: &mut Mention) {
    let stored = |count: u64| unsigned(signed(count));
    let item = &mut mention.item;
    item.author.followers = item.author.followers.map(stored);
    item.engagement = item.engagement.map(stored);
    item.rating = item.rating.filter(|rating| rating.is_finite());
    let scores = &mut mention.scores;
    let tones = scores.brands.iter_mut().map(|brand| &mut brand.sentiment);
    for tone in tones.chain([&mut scores.sentiment]) {
        tone.score = finite(tone.score);
    }
}

/// Reads a row of `COLUMNS`.
pub(super) fn read(
    connection: &Connection,
    names: &RefCell<Names>,
    row: &Row<'_>,
) -> rusqlite::Result<Mention> {
    let mut names = names.borrow_mut();
    let origin = names.origin(connection, row.get(2)?)?;
    let watchlists = from_json::<Vec<i64>>(row, 27)?
        .into_iter()
        .map(|number| names.watchlist(connection, number))
        .collect::<Result<Vec<_>, _>>()?;
    let hits = from_json::<Vec<StoredHit>>(row, 28)?
        .into_iter()
        .map(|(number, field, start, end, term)| {
            let watchlist = names.watchlist(connection, number)?;
            Ok(Hit {
                watchlist,
                field,
                start,
                end,
                term,
            })
        })
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let item = read_item(row)?;
    let canonical_url = match row.get::<_, Option<String>>(10)? {
        Some(same) if same.is_empty() => item.url.clone(),
        other => other,
    };
    Ok(Mention {
        id: MentionId(row.get(0)?),
        seq: Sequence(row.get(1)?),
        item,
        canonical_url,
        source: origin.name,
        source_key: origin.key,
        collected: Timestamp::from_millis(row.get(4)?),
        watchlists,
        hits,
        scores: Scores {
            brands: read_tones(row, |number| names.watchlist(connection, number))?,
            ..read_scores(row)?
        },
        copies: row.get(29)?,
        status: word(row, 30, Status::parse)?,
        tags: from_json(row, 31)?,
    })
}

fn read_item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let given = |column| {
        let value = row.get_ref(column)?;
        Ok::<_, rusqlite::Error>(value.as_str_or_null()?.is_some())
    };
    let owner_reply = if given(19)? {
        let (text, published) = from_json::<(String, Option<i64>)>(row, 19)?;
        Some(OwnerReply {
            text,
            published: published.map(Timestamp::from_millis),
        })
    } else {
        None
    };
    let lang_hint = if given(15)? {
        Some(word(row, 15, Lang::parse)?)
    } else {
        None
    };
    Ok(Item {
        native_id: row.get(7)?,
        url: row.get(8)?,
        permalink: row.get(9)?,
        kind: word(row, 6, ItemKind::parse)?,
        title: row.get(11)?,
        text: row.get(32)?,
        author: Author {
            name: row.get(12)?,
            handle: row.get(13)?,
            followers: row.get::<_, Option<i64>>(14)?.map(unsigned),
        },
        published: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        lang_hint,
        rating: row.get(16)?,
        engagement: row.get::<_, Option<i64>>(17)?.map(unsigned),
        parent: row.get(18)?,
        owner_reply,
    })
}

fn read_scores(row: &Row<'_>) -> rusqlite::Result<Scores> {
    let (sentiment, intent, priority, lists) = from_json::<StoredReasons>(row, 26)?;
    Ok(Scores {
        language: word(row, 20, Lang::parse)?,
        sentiment: SentimentScore {
            label: word(row, 21, Sentiment::parse)?,
            score: row.get(22)?,
            because: sentiment
                .into_iter()
                .map(|(term, weight, rules)| WeightedTerm {
                    term,
                    weight,
                    rules,
                })
                .collect(),
        },
        intent: IntentScore {
            label: word(row, 23, Intent::parse)?,
            because: intent,
        },
        priority: PriorityScore {
            label: word(row, 24, Priority::parse)?,
            score: row.get(25)?,
            because: priority
                .into_iter()
                .map(|(rule, term, points)| Points { rule, term, points })
                .collect(),
        },
        brands: Vec::new(),
        lists,
    })
}

fn read_tones(
    row: &Row<'_>,
    mut watchlist: impl FnMut(i64) -> rusqlite::Result<WatchlistId>,
) -> rusqlite::Result<Vec<BrandTone>> {
    if row.get_ref(33)?.as_str_or_null()?.is_none() {
        return Ok(Vec::new());
    }
    from_json::<Vec<StoredTone>>(row, 33)?
        .into_iter()
        .map(|(number, label, score, because)| {
            Ok(BrandTone {
                watchlist: watchlist(number)?,
                sentiment: SentimentScore {
                    label,
                    score,
                    because,
                },
            })
        })
        .collect()
}

/// The sentiment about single brands; `None` for the most, where it is that of the whole.
fn tones(
    brands: &[BrandTone],
    watchlist_number: impl Fn(&WatchlistId) -> rusqlite::Result<i64>,
) -> rusqlite::Result<Option<String>> {
    if brands.is_empty() {
        return Ok(None);
    }
    let stored = brands
        .iter()
        .map(|brand| {
            let tone = &brand.sentiment;
            let number = watchlist_number(&brand.watchlist)?;
            Ok((number, tone.label, finite(tone.score), &tone.because))
        })
        .collect::<rusqlite::Result<Vec<_>>>()?;
    json(&stored).map(Some)
}

fn reasons(scores: &Scores) -> rusqlite::Result<String> {
    let sentiment: Vec<_> = scores
        .sentiment
        .because
        .iter()
        .map(|term| (&term.term, finite(term.weight), &term.rules))
        .collect();
    let priority: Vec<_> = scores
        .priority
        .because
        .iter()
        .map(|points| (&points.rule, &points.term, points.points))
        .collect();
    json(&(sentiment, &scores.intent.because, priority, &scores.lists))
}

/// The value as JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The JSON in a column.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// The value that a word in a column stands for.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    parse(text).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            Type::Text,
            format!("`{text}` is no word that this column may hold").into(),
        )
    })
}

/// SQLite has signed numbers only; what does not fit was no count of anything.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The count in a signed column.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// SQLite and JSON know no NaN and no infinity.
fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { 0.0 }
}

/// A number of rows as SQLite takes it.
pub(super) fn rows(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

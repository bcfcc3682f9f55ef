//! Mentions one by one without their words, for who counts.

use rusqlite::params;
use rusqlite::types::ValueRef;
use serde::de::IgnoredAny;

use super::row::{from_json, word};
use super::{Store, StoreError};
use crate::model::{Intent, Lang, Priority, Sentiment, Timestamp, WatchlistId};

/// What is counted of a mention.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// When it was published, or collected where undated.
    pub date: Timestamp,
    /// The name of its source.
    pub source: String,
    /// Its author: the handle, else the name; empty where neither is known.
    pub author: String,
    /// The language that it is written in.
    pub language: Lang,
    /// How it sounds.
    pub sentiment: Sentiment,
    /// What its author wants.
    pub intent: Intent,
    /// How soon someone should look.
    pub priority: Priority,
    /// The watchlists that collect it.
    pub watchlists: Vec<WatchlistId>,
    /// The terms that matched, each once for a watchlist.
    pub terms: Vec<(WatchlistId, String)>,
    /// The words that made its sentiment, each once, and whether they weigh for or against.
    pub words: Vec<(String, bool)>,
    /// How it sounds about single brands, where it does so otherwise than as a whole.
    brands: Vec<(WatchlistId, Sentiment)>,
}

impl Fact {
    /// How it sounds to a watchlist; to none, how it sounds as a whole.
    pub fn seen_by(&self, watchlist: Option<&WatchlistId>) -> Sentiment {
        self.brands
            .iter()
            .find(|(brand, _)| Some(brand) == watchlist)
            .map_or(self.sentiment, |(_, sentiment)| *sentiment)
    }
}

impl Store {
    /// Tells the facts of each mention published (collected, where undated) from `from` up to but
    /// not including `to`, in the order of dates. Copies are left out. Memory does not grow with their number.
    pub fn each_fact(
        &self,
        (from, to): (Timestamp, Timestamp),
        tell: &mut dyn FnMut(Fact),
    ) -> Result<(), StoreError> {
        // The three in the middle are field and place, which do not matter here.
        type Place = (i64, IgnoredAny, IgnoredAny, IgnoredAny, String);
        type Reasons = (
            Vec<(String, f64, IgnoredAny)>,
            IgnoredAny,
            IgnoredAny,
            IgnoredAny,
        );
        type Tone = (i64, Sentiment, IgnoredAny, IgnoredAny);
        self.read(|connection| {
            let mut names = self.names.borrow_mut();
            let mut statement = connection.prepare_cached(
                "SELECT date, origin, author_handle, author_name, language, sentiment, intent, \
                 priority, watchlists, hits, because, brands FROM mentions \
                 WHERE date >= ?1 AND date < ?2 AND NOT EXISTS \
                 (SELECT 1 FROM copies WHERE copies.mention = mentions.id AND split = 0) \
                 ORDER BY date",
            )?;
            let mut rows = statement.query(params![from.millis(), to.millis()])?;
            while let Some(row) = rows.next()? {
                let handle: Option<String> = row.get(2)?;
                let author =
                    handle.map_or_else(|| row.get::<_, Option<String>>(3), |h| Ok(Some(h)));
                let watchlists = from_json::<Vec<i64>>(row, 8)?
                    .into_iter()
                    .map(|number| names.watchlist(connection, number))
                    .collect::<Result<Vec<_>, _>>()?;
                let mut places: Vec<(i64, String)> = from_json::<Vec<Place>>(row, 9)?
                    .into_iter()
                    .map(|(watchlist, _, _, _, term)| (watchlist, term))
                    .collect();
                places.sort_unstable();
                places.dedup();
                let terms = places
                    .into_iter()
                    .map(|(number, term)| Ok((names.watchlist(connection, number)?, term)))
                    .collect::<rusqlite::Result<_>>()?;
                let mut words: Vec<(String, bool)> = from_json::<Reasons>(row, 10)?
                    .0
                    .into_iter()
                    .filter(|(_, weight, _)| *weight != 0.0)
                    .map(|(word, weight, _)| (word, weight > 0.0))
                    .collect();
                words.sort_unstable();
                words.dedup_by(|a, b| a.0 == b.0);
                let tones = match row.get_ref(11)? {
                    ValueRef::Null => Vec::new(),
                    _ => from_json::<Vec<Tone>>(row, 11)?,
                };
                let brands = tones
                    .into_iter()
                    .map(|(number, tone, _, _)| Ok((names.watchlist(connection, number)?, tone)))
                    .collect::<rusqlite::Result<_>>()?;
                tell(Fact {
                    date: Timestamp::from_millis(row.get(0)?),
                    source: names.origin(connection, row.get(1)?)?.name,
                    author: author?.unwrap_or_default(),
                    language: word(row, 4, Lang::parse)?,
                    sentiment: word(row, 5, Sentiment::parse)?,
                    intent: word(row, 6, Intent::parse)?,
                    priority: word(row, 7, Priority::parse)?,
                    watchlists,
                    terms,
                    words,
                    brands,
                });
            }
            Ok(())
        })
    }
}

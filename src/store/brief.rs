//! What an issue covers, without its words: enough to count and to choose what is shown.

use std::time::Duration;

use rusqlite::{Row, params};

use super::row::{self, SENTIMENT_SEEN, from_json, word};
use super::{Coverage, Store, StoreError};
use crate::model::{
    Intent, Lang, Mention, MentionId, Priority, Sentiment, Sequence, Status, Timestamp, WatchlistId,
};

/// A mention in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// When the watchlist collected it, in sequence numbers.
    pub seq: Sequence,
    /// Its number.
    pub id: MentionId,
    /// Who wrote it: the account, else the name.
    pub author: Option<String>,
    /// The name of its source.
    pub source: String,
    /// How it sounds.
    pub sentiment: Sentiment,
    /// How soon someone should look.
    pub priority: Priority,
    /// The language that it is written in.
    pub language: Lang,
    /// Likes, replies and shares together.
    pub engagement: Option<u64>,
    /// When it was published, or collected where it is undated.
    pub date: Timestamp,
    /// What its author wants.
    pub intent: Intent,
    /// How many follow its author.
    pub followers: Option<u64>,
    /// Whether somebody answered it.
    pub answered: bool,
    /// How long after its publication, where the source tells both times.
    pub answered_after: Option<Duration>,
}

impl Brief {
    /// A mention that is known whole, in short.
    pub fn of(mention: &Mention, seq: Sequence) -> Self {
        let author = &mention.item.author;
        Self {
            seq,
            id: mention.id,
            author: author.handle.clone().or_else(|| author.name.clone()),
            source: mention.source.clone(),
            sentiment: mention.scores.sentiment.label,
            priority: mention.scores.priority.label,
            language: mention.scores.language,
            engagement: mention.item.engagement,
            date: mention.date(),
            intent: mention.scores.intent.label,
            followers: author.followers,
            answered: mention.is_answered(),
            answered_after: span(
                mention.item.published,
                mention
                    .item
                    .owner_reply
                    .as_ref()
                    .and_then(|reply| reply.published),
            ),
        }
    }
}

impl Store {
    /// Tells the mentions that `watchlist` first collected within `coverage`, in the order in which
    /// it did, in short: those that were there before anyone listened, and those that it no longer
    /// collects, and copies are left out. Nothing is held in memory.
    pub fn collected_briefly(
        &self,
        watchlist: &WatchlistId,
        coverage: Coverage,
        mut tell: impl FnMut(Brief),
    ) -> Result<(), StoreError> {
        self.of_watchlist(watchlist, |connection, number| {
            let mut names = self.names.borrow_mut();
            let mut statement = connection.prepare_cached(&format!(
                "SELECT matches.seq, mentions.id, coalesce(author_handle, author_name), origin, \
                 {SENTIMENT_SEEN}, priority, language, engagement, date, watchlists, status, \
                 intent, followers, published, owner_reply IS NOT NULL, owner_reply ->> 1 \
                 FROM matches CROSS JOIN mentions ON mentions.id = matches.mention \
                 WHERE watchlist = ?1 AND matches.seq > ?2 AND matches.seq <= ?3 \
                 AND baseline = 0 AND NOT EXISTS (SELECT 1 FROM copies \
                 WHERE copies.mention = mentions.id AND split = 0) ORDER BY matches.seq",
            ))?;
            let mut rows = statement.query(params![number, coverage.after.0, coverage.upto.0])?;
            while let Some(row) = rows.next()? {
                if !from_json::<Vec<i64>>(row, 9)?.contains(&number) {
                    continue;
                }
                tell(Brief {
                    seq: Sequence(row.get(0)?),
                    id: MentionId(row.get(1)?),
                    author: row.get(2)?,
                    source: names.origin(connection, row.get(3)?)?.name,
                    sentiment: word(row, 4, Sentiment::parse)?,
                    priority: word(row, 5, Priority::parse)?,
                    language: word(row, 6, Lang::parse)?,
                    engagement: row.get::<_, Option<i64>>(7)?.map(row::unsigned),
                    date: Timestamp::from_millis(row.get(8)?),
                    intent: word(row, 11, Intent::parse)?,
                    followers: row.get::<_, Option<i64>>(12)?.map(row::unsigned),
                    answered: word(row, 10, Status::parse)? != Status::Open || row.get(14)?,
                    answered_after: span(time(row, 13)?, time(row, 15)?),
                });
            }
            Ok(())
        })
    }
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(Timestamp::from_millis))
}

/// The time from a publication to an answer; none where the answer is dated before it.
fn span(published: Option<Timestamp>, answered: Option<Timestamp>) -> Option<Duration> {
    let (published, answered) = published.zip(answered)?;
    (answered >= published).then(|| answered.since(published))
}

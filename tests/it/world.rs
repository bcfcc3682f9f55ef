//! Small made-up items, polls and mentions for the tests of store and index.

use ascolto::model::{
    BrandTone, Hit, HitField, Intent, IntentScore, Item, Lang, Points, Priority, PriorityScore,
    Scores, Sentiment, SentimentScore, SourceKey, SourceState, Timestamp, WatchlistId,
    WeightedTerm,
};
use ascolto::store::{Draft, Identity, Judged, PollRecord, Recorded, Store, Verdict};

/// A moment, `seconds` after the tests' day began.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_000_000 + seconds)
}

pub(crate) fn watchlist(name: &str) -> WatchlistId {
    WatchlistId(name.into())
}

pub(crate) fn key(name: &str) -> SourceKey {
    SourceKey(format!("feed https://{name}.example/rss"))
}

/// An item with an identifier and an address of its own.
pub(crate) fn item(id: &str, url: &str, text: &str) -> Item {
    Item {
        native_id: Some(id).filter(|id| !id.is_empty()).map(Into::into),
        url: Some(url).filter(|url| !url.is_empty()).map(Into::into),
        permalink: !url.is_empty(),
        text: text.into(),
        ..Item::default()
    }
}

pub(crate) fn scores(sentiment: Sentiment) -> Scores {
    Scores {
        language: Lang::IT,
        sentiment: SentimentScore {
            label: sentiment,
            score: -0.5,
            because: vec![WeightedTerm {
                term: "perde".into(),
                weight: -2.25,
                rules: vec!["negation".into()],
            }],
        },
        intent: IntentScore {
            label: Intent::Complaint,
            because: vec!["perde".into()],
        },
        priority: PriorityScore {
            label: Priority::High,
            score: 62,
            because: vec![Points {
                rule: "high".into(),
                term: "rimborso".into(),
                points: 30,
            }],
        },
        brands: Vec::new(),
        lists: "1".into(),
    }
}

/// A sentiment about the brand of one watchlist.
pub(crate) fn tone(watchlist_name: &str, label: Sentiment, score: f64) -> BrandTone {
    BrandTone {
        watchlist: watchlist(watchlist_name),
        sentiment: SentimentScore {
            label,
            score,
            because: Vec::new(),
        },
    }
}

pub(crate) fn hit(watchlist_name: &str, term: &str) -> Hit {
    Hit {
        watchlist: watchlist(watchlist_name),
        field: HitField::Text,
        start: 0,
        end: term.len(),
        term: term.into(),
    }
}

/// Watchlist `w` collects what holds "frigolux", `v` what holds "gelomax".
pub(crate) fn judge(item: &Item, baseline: bool, watchlists: &[&str]) -> Verdict {
    let matches: Vec<_> = [("w", "frigolux"), ("v", "gelomax")]
        .into_iter()
        .filter(|(name, term)| watchlists.contains(name) && item.text.contains(term))
        .map(|(name, term)| (watchlist(name), vec![hit(name, term)]))
        .collect();
    if matches.is_empty() {
        return Verdict::Unmatched;
    }
    Verdict::Matched(Box::new(Judged {
        matches,
        scores: scores(Sentiment::Negative),
        baseline,
    }))
}

/// What a poll of the source `name` that finds `items` has to store.
pub(crate) fn poll(store: &Store, name: &str, now: Timestamp, items: &[Item]) -> PollRecord {
    poll_for(store, name, now, items, &["w", "v"])
}

/// The same for a source that serves only some watchlists.
pub(crate) fn poll_for(
    store: &Store,
    name: &str,
    now: Timestamp,
    items: &[Item],
    watchlists: &[&str],
) -> PollRecord {
    let seen = Identity::of_poll(
        &key(name),
        items.iter().map(|item| (item, item.url.as_deref())),
    );
    let unchanged = store
        .unchanged(&key(name), &seen, &vec![false; seen.len()])
        .unwrap();
    let drafts = items
        .iter()
        .zip(&seen)
        .zip(unchanged)
        .filter(|(_, unchanged)| !unchanged)
        .map(|((item, identity), _)| Draft {
            item: item.clone(),
            canonical_url: item.url.clone(),
            identity: *identity,
            verdict: judge(item, false, watchlists),
        })
        .collect();
    let mut state = SourceState::new(key(name), name.into());
    state.last_poll = Some(now);
    state.memory.insert("etag".into(), now.to_string());
    PollRecord {
        state,
        now,
        judged_by: watchlists.iter().map(|name| watchlist(name)).collect(),
        seen,
        drafts,
        pieces: None,
    }
}

/// Polls and records.
pub(crate) fn record(store: &mut Store, name: &str, now: i64, items: &[Item]) -> Recorded {
    let poll = poll(store, name, at(now), items);
    store.record_poll(&poll, None).unwrap()
}

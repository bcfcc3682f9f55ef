//! How far the lists agree with what people say of the mentions.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;

use crate::model::{Label, Mention, MentionId, Sentiment, WatchlistId};
use crate::store::Store;

/// Labelled mentions that are read at once.
const BATCH: usize = 256;

/// How far they agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Over all labels.
    pub all: Tally,
    /// The same for each watchlist that collects what was labelled.
    pub watchlists: BTreeMap<WatchlistId, Tally>,
    /// The terms that pushed towards a wrong sentiment, those that did so most often first.
    pub terms: Vec<WrongTerm>,
}

/// Labels, and how many of them agree with the scores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many mentions were labelled.
    pub labelled: u64,
    /// How many with a sentiment.
    pub sentiment: u64,
    /// How many of those the lists call the same.
    pub sentiment_agreed: u64,
    /// How many with a priority.
    pub priority: u64,
    /// How many of those the lists call the same.
    pub priority_agreed: u64,
    /// How many should not have been collected.
    pub not_relevant: u64,
}

/// A term of the sentiment lists, as it stood in labelled mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongTerm {
    /// As the texts have it.
    pub term: String,
    /// In how many mentions it pushed away from what a person said.
    pub wrong: u64,
    /// In how many mentions it pushed towards it.
    pub right: u64,
}

/// Compares all labels with the scores that are stored.
pub fn agreement(store: &Store) -> Result<Agreement> {
    let mut agreement = Agreement::default();
    let mut terms: HashMap<String, (u64, u64)> = HashMap::new();
    let mut after = MentionId(0);
    loop {
        let batch = store.labelled_after(after, BATCH)?;
        let Some((last, _)) = batch.last() else {
            break;
        };
        after = last.id;
        for (mention, label) in &batch {
            agreement.all.add(mention, label);
            for id in &mention.watchlists {
                let tally = agreement.watchlists.entry(id.clone()).or_default();
                tally.add(mention, label);
            }
            weigh_terms(mention, label, &mut terms);
        }
    }
    let mut wrong: Vec<WrongTerm> = terms
        .into_iter()
        .filter(|(_, (wrong, _))| *wrong > 0)
        .map(|(term, (wrong, right))| WrongTerm { term, wrong, right })
        .collect();
    wrong.sort_by(|a, b| (b.wrong, a.right, &a.term).cmp(&(a.wrong, b.right, &b.term)));
    agreement.terms = wrong;
    Ok(agreement)
}

impl Tally {
    fn add(&mut self, mention: &Mention, label: &Label) {
        self.labelled += 1;
        self.not_relevant += u64::from(!label.relevant);
        if let Some(said) = label.sentiment {
            self.sentiment += 1;
            self.sentiment_agreed += u64::from(said == mention.scores.sentiment.label);
        }
        if let Some(said) = label.priority {
            self.priority += 1;
            self.priority_agreed += u64::from(said == mention.scores.priority.label);
        }
    }
}

/// Counts each term of a mention once: as right where it pushed towards what the person said, as
/// wrong where the lists came to another label and it pushed there.
fn weigh_terms(mention: &Mention, label: &Label, terms: &mut HashMap<String, (u64, u64)>) {
    let Some(said) = label.sentiment else {
        return;
    };
    let found = mention.scores.sentiment.label;
    let mut pushes: BTreeMap<&str, f64> = BTreeMap::new();
    for because in &mention.scores.sentiment.because {
        *pushes.entry(&because.term).or_default() += because.weight;
    }
    for (term, weight) in pushes {
        let towards = if weight > 0.0 {
            Sentiment::Positive
        } else {
            Sentiment::Negative
        };
        let misled =
            found != said && towards != said && (towards == found || said != Sentiment::Neutral);
        let (wrong, right) = match (misled, towards == said) {
            (true, _) => (1, 0),
            (false, true) => (0, 1),
            (false, false) => continue,
        };
        let count = terms.entry(term.to_owned()).or_default();
        count.0 += wrong;
        count.1 += right;
    }
}

//! The query language: text to syntax tree to spans that matched.
//!
//! ```text
//! query  := or
//! or     := and ( OR and )*
//! and    := near ( [AND] near )*                   a space means AND; AND NOT is accepted
//! near   := except ( (NEAR[/n] | ONEAR[/n] | NEAR/nf) except )*      NEAR alone = NEAR/4
//! except := not ( EXCEPT not )*
//! not    := (NOT | -) not | atom
//! atom   := word | prefix* | wild?card | "phrase" | "phrase"~n | {Exact Case} | raw:"…"
//!         | #tag | @handle | emoji | field:value | field:(…) | field:[a TO b] | field:>n
//!         | list:name | query:"name" | ( or )
//! ```
//!
//! In goes a query's text, with the role it plays and the names of the instance; out comes a
//! [`Query`] (or every [`Problem`] in it), which decides on a [`Document`], the view of a mention,
//! and tells where it matched. Many queries that are asked of every mention are one [`Set`].
//!
//! Invariant: nothing here reads a clock, a file or the network; time is an argument.
//! Invariant: no query and no text makes this panic, and deciding is linear in the text.
//! Invariant: a query and a text are cut into words by the same code ([`words`]), which the index
//! uses too.

pub mod ast;
mod atoms;
mod boundaries;
mod date;
mod document;
mod elision;
mod emoji;
mod error;
mod explain;
mod fact;
mod field;
pub mod fold;
mod host;
pub mod keys;
mod lexer;
mod lint;
mod matcher;
mod names;
mod near;
mod operators;
mod parser;
mod place;
mod print;
mod search_terms;
mod sentence;
mod set;
mod sign;
mod sought;
mod suggest;
mod term;
mod value;
mod view;
mod widen;
pub mod words;

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use document::{Document, FindLang};
pub use error::Problem;
pub use explain::Explanation;
pub(crate) use fact::host;
pub use matcher::Span;
pub use names::Names;
pub use set::Set;
pub(crate) use set::signed;
pub use sought::Sought;
pub use widen::Lone;

use ast::{Fact, Node, NodeKind, NumberField};
use lexer::lex;
use names::Resolver;

use crate::model::{Mention, SearchTerms, Timestamp, WatchlistId};

/// Where a query stands: a watchlist may not say everything that a search may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Decides what is collected.
    Watchlist,
    /// Looks through what was collected: searches, alerts, digest filters.
    Search,
}

/// A query that was parsed and checked; it cannot be made otherwise. `Display` gives it with all
/// its brackets, in a form that parses to an equal query. Equality is of meaning, not of spelling.
#[derive(Debug, Clone)]
pub struct Query {
    source: String,
    root: Arc<Node>,
    /// The watchlist through whose eyes it looks, folded.
    view: Option<String>,
    /// Itself as a set of one, made when it is first asked.
    alone: OnceLock<Arc<Set<()>>>,
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl Query {
    /// Parses and checks a query: the query with its warnings and notes, or all its problems.
    pub fn parse(
        source: &str,
        role: Role,
        names: &Names,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let (lexemes, mut problems) = lex(source);
        let built = parser::parse(source, &lexemes, &mut Resolver::new(names), &mut problems);
        if let Some(built) = &built {
            lint::check(&built.node, role, &mut problems);
        }
        match built {
            Some(built) if !problems.fatal() => Ok((
                Self::of_tree(source.to_owned(), built.node),
                problems.told(),
            )),
            _ => Err(problems.told()),
        }
    }

    /// The query that every mention matches: what a search without words asks for.
    pub fn everything() -> Self {
        let nothing = Node {
            span: 0..0,
            kind: NodeKind::Fact(Fact::Watch(Vec::new())),
        };
        let root = Node {
            span: 0..0,
            kind: NodeKind::Not(Box::new(nothing)),
        };
        Self::of_tree(String::new(), root)
    }

    fn of_tree(source: String, root: Node) -> Self {
        Self {
            source,
            view: view::view(&root).map(str::to_owned),
            root: Arc::new(root),
            alone: OnceLock::new(),
        }
    }

    /// The text that it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The syntax tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    pub(crate) fn into_root(self) -> Node {
        Arc::unwrap_or_clone(self.root)
    }

    /// The terms that make a mention match, each once, in their order; those that it must not hold
    /// are left out.
    pub fn terms(&self) -> Vec<Sought> {
        sought::terms(&self.root)
    }

    /// What to ask of a search that knows words and phrases alone, so that it finds at least what
    /// the query matches, as far as it can.
    pub fn search_terms(&self) -> SearchTerms {
        search_terms::search_terms(&self.root)
    }

    fn alone(&self) -> &Set<()> {
        self.alone
            .get_or_init(|| Arc::new(Set::of_trees(vec![((), (*self.root).clone())])))
    }

    /// Decides on a mention at the moment `now`: `None` where it does not match, else the places
    /// that made it match, in the order of the fields and the text (none for a query about facts).
    pub fn hits(&self, document: &Document<'_>, now: Timestamp) -> Option<Vec<Span>> {
        self.alone()
            .matches(&self.seen(document), now, |()| true)
            .pop()
            .map(|((), spans)| spans)
    }

    /// Why a mention matches or does not, clause by clause.
    pub fn explain(&self, document: &Document<'_>, now: Timestamp) -> Explanation {
        explain::explain(&self.root, self.alone(), &self.seen(document), now)
    }

    /// The watchlist that everything it finds is of, folded; `None` where it may be of several.
    /// What it asks of the sentiment is asked about the brand of that one.
    pub fn view(&self) -> Option<&str> {
        self.view.as_deref()
    }

    fn seen<'a>(&'a self, document: &Document<'a>) -> Document<'a> {
        Document {
            view: self.view().or(document.view),
            ..*document
        }
    }

    /// A mention as this query sees it: with the sentiment about the brand that it asks for.
    #[must_use]
    pub fn view_of(&self, mention: Mention) -> Mention {
        let seen = self.view().and_then(|view| {
            let own = |id: &&WatchlistId| fold::fold(id.as_str()) == view;
            mention.watchlists.iter().find(own).cloned()
        });
        match seen {
            Some(watchlist) => mention.seen_by(&watchlist),
            None => mention,
        }
    }

    /// Whether it asks for the sentiment, the score, the intent or the priority, which a mention
    /// has only after it was scored.
    pub fn needs_scores(&self) -> bool {
        asks(&self.root, |fact| {
            matches!(
                fact,
                Fact::Sentiment(_)
                    | Fact::Intent(_)
                    | Fact::Priority(_)
                    | Fact::Number {
                        field: NumberField::Score,
                        ..
                    }
            )
        })
    }
}

fn asks(node: &Node, about: fn(&Fact) -> bool) -> bool {
    match &node.kind {
        NodeKind::Fact(fact) => about(fact),
        _ => lint::parts(node).into_iter().any(|part| asks(part, about)),
    }
}

//! What a source showed before and shows again: it is passed over where it stands in the answer,
//! before anything of it is read.
//!
//! Invariant: nothing is stored otherwise than if all had been read. What is passed over was read
//! from the same bytes in the same surroundings, is known to the store and says what it said; what
//! it is recognised by counts among what the poll saw.

use std::collections::HashMap;

use crate::model::{Item, Piece, Print, Recollection, Shown, Timestamp};
use crate::sources::Page;
use crate::store::{Identity, Pieces};

/// What is known of a source's last answer.
pub(super) struct Recalled {
    pub(super) known: Recollection,
    pub(super) identities: HashMap<Print, Identity>,
}

impl From<Pieces> for Recalled {
    fn from(pieces: Pieces) -> Self {
        let by_print = |(piece, identity): &(Piece, Identity)| (piece.print, *identity);
        Self {
            identities: pieces.pieces.iter().map(by_print).collect(),
            known: Recollection {
                around: pieces.around,
                pieces: pieces
                    .pieces
                    .into_iter()
                    .map(|(piece, _)| (piece.print, piece))
                    .collect(),
            },
        }
    }
}

/// What stands in an answer.
pub(super) enum Found {
    /// An item, and what it is told by when it comes again.
    Read(Item, Option<Piece>),
    /// What was passed over.
    Known(Piece, Identity),
}

impl Found {
    pub(super) fn published(&self) -> Option<Timestamp> {
        match self {
            Self::Read(item, _) => item.published,
            Self::Known(piece, _) => piece.published,
        }
    }

    /// What a page holds, in its order, and what was around it where that counts.
    pub(super) fn on(
        page: &mut Page,
        identities: &HashMap<Print, Identity>,
    ) -> (Vec<Self>, Option<Print>) {
        let mut items = std::mem::take(&mut page.items).into_iter();
        let mut found = Vec::with_capacity(items.len());
        let Some(outline) = page.outline.take() else {
            return (items.map(Self::from).collect(), None);
        };
        for shown in outline.pieces {
            match shown {
                Shown::Read(piece) => {
                    found.extend(items.next().map(|item| Self::Read(item, piece)));
                }
                Shown::Known(piece) => {
                    let identity = identities.get(&piece.print);
                    found.extend(identity.map(|identity| Self::Known(piece, *identity)));
                }
            }
        }
        (found, Some(outline.around))
    }
}

impl From<Item> for Found {
    fn from(item: Item) -> Self {
        Self::Read(item, None)
    }
}

/// What a poll found, as it is told by when it comes again; of what was read, the items apart.
#[derive(Default)]
pub(super) struct Poll {
    pub(super) items: Vec<Item>,
    shown: Vec<(Option<Piece>, Option<Identity>)>,
}

impl Poll {
    pub(super) fn of(found: Vec<Found>) -> Self {
        let mut poll = Self::default();
        for found in found {
            match found {
                Found::Read(item, piece) => {
                    poll.items.push(item);
                    poll.shown.push((piece, None));
                }
                Found::Known(piece, identity) => poll.shown.push((Some(piece), Some(identity))),
            }
        }
        poll
    }

    /// Whether each was passed over, in the order of the answer.
    pub(super) fn passed(&self) -> Vec<bool> {
        let passed = |(_, known): &(_, Option<Identity>)| known.is_some();
        self.shown.iter().map(passed).collect()
    }

    /// The identities of all, where `read` are those of the items.
    pub(super) fn seen(&self, read: Vec<Identity>) -> Vec<Identity> {
        let mut read = read.into_iter();
        self.shown
            .iter()
            .filter_map(|(_, known)| known.or_else(|| read.next()))
            .collect()
    }

    /// What is to be remembered, where `seen` are the identities of all; nothing where nothing was
    /// read that was not there before.
    pub(super) fn pieces(&self, around: Option<Print>, seen: &[Identity]) -> Option<Pieces> {
        let around = around.filter(|_| self.shown.iter().any(|(_, known)| known.is_none()))?;
        let pieces = self.shown.iter().zip(seen);
        Some(Pieces {
            around,
            pieces: pieces
                .filter_map(|((piece, _), identity)| Some(((*piece)?, *identity)))
                .collect(),
        })
    }
}

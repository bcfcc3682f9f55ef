//! Pieces of an answer, by which a source tells what it showed before.

use std::collections::HashMap;

use super::Timestamp;

/// The first bytes of a SHA-256: too many to meet by chance.
pub type Print = [u8; 12];

/// A piece of an answer that was read as one item: what it is told by when it stands there again,
/// byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Of its bytes.
    pub print: Print,
    /// A short hash of the item's identifier, where it has one. Two pieces of one answer with the
    /// same are to be looked at; different ones have different identifiers.
    pub id: Option<u32>,
    /// The same of the address, where the item may have it alone.
    pub address: Option<u32>,
    /// When the item says that it was published.
    pub published: Option<Timestamp>,
}

/// The pieces of an answer, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Of all beside the pieces that what is read of them depends on: where they are the same,
    /// and this is, the items are.
    pub around: Print,
    /// Each piece, and so each item.
    pub pieces: Vec<Shown>,
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It was read; `None` where it cannot be told when it comes again.
    Read(Option<Piece>),
    /// It is known, and was passed over.
    Known(Piece),
}

/// The pieces of an earlier answer that need not be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recollection {
    /// As it was around them.
    pub around: Print,
    /// They, by their prints.
    pub pieces: HashMap<Print, Piece>,
}

//! What a source showed when it was read last, piece by piece.
//!
//! Invariant: a piece is given back only while its item is known and says what it said. Whoever
//! passes over it stores what he would store if he read it: nothing.

use rusqlite::{OptionalExtension, params};

use super::identity::{Identity, Key, Known, recognise_own};
use super::names::Origin;
use super::runs::Runners;
use super::{Store, StoreError, Write};
use crate::model::{Piece, Print, SourceKey, Timestamp};

/// The pieces of an answer that were read as items, and what these are recognised by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// What the items depend on beside their own bytes.
    pub around: Print,
    /// They.
    pub pieces: Vec<(Piece, Identity)>,
}

impl Store {
    /// The pieces of the source's last answer whose items are known and say what they said.
    pub fn known_pieces(&self, key: &SourceKey, name: &str) -> Result<Pieces, StoreError> {
        self.snapshot(|connection| {
            let kept = connection
                .prepare_cached(
                    "SELECT around, pieces FROM pieces WHERE origin = \
                     (SELECT id FROM origins WHERE key = ?1 AND name = ?2)",
                )?
                .query_row([&key.0, name], |row| {
                    Ok((row.get::<_, Print>(0)?, row.get::<_, Vec<u8>>(1)?))
                })
                .optional()?;
            let Some((around, packed)) = kept else {
                return Ok(Pieces::default());
            };
            let runners = Runners::there(connection)?;
            let mut packed = Packed(&packed);
            let mut pieces = Vec::new();
            while let Some((piece, identity)) = packed.piece() {
                let known = recognise_own(connection, runners, key, &identity)?;
                if matches!(known, Known::Same(_)) {
                    pieces.push((piece, identity));
                }
            }
            Ok(Pieces { around, pieces })
        })
    }
}

impl Write<'_> {
    /// Keeps what a source showed, in the place of what it showed before.
    pub(super) fn keep_pieces(&self, origin: &Origin, pieces: &Pieces) -> rusqlite::Result<()> {
        let mut packed = Vec::with_capacity(pieces.pieces.len() * 112);
        for (piece, identity) in &pieces.pieces {
            pack(piece, identity, &mut packed);
        }
        self.tx
            .prepare_cached(
                "INSERT INTO pieces (origin, around, pieces) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO UPDATE SET around = excluded.around, pieces = excluded.pieces",
            )?
            .execute(params![self.origin_number(origin)?, pieces.around, packed])
            .map(drop)
    }

    /// Forgets what a source showed.
    pub(super) fn drop_pieces(&self, key: &SourceKey) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "DELETE FROM pieces WHERE origin IN (SELECT id FROM origins WHERE key = ?1)",
            )?
            .execute([&key.0])
            .map(drop)
    }
}

/// Writes what is always there, and what is not behind a byte that says whether it is.
fn pack(piece: &Piece, identity: &Identity, out: &mut Vec<u8>) {
    out.extend(piece.print);
    out.extend(identity.said);
    out.extend(identity.content.to_le_bytes());
    let mut some = |bytes: Option<&[u8]>| {
        out.push(u8::from(bytes.is_some()));
        out.extend(bytes.unwrap_or_default());
    };
    let published = piece.published.map(|at| at.millis().to_le_bytes());
    some(piece.id.map(u32::to_le_bytes).as_ref().map(<_>::as_ref));
    some(
        piece
            .address
            .map(u32::to_le_bytes)
            .as_ref()
            .map(<_>::as_ref),
    );
    some(published.as_ref().map(<_>::as_ref));
    some(identity.native.as_ref().map(<_>::as_ref));
    some(identity.address.as_ref().map(<_>::as_ref));
    some(identity.url.as_ref().map(<_>::as_ref));
}

/// What is left to be read.
struct Packed<'a>(&'a [u8]);

impl Packed<'_> {
    /// The next piece; `None` at the end, or where there is none.
    fn piece(&mut self) -> Option<(Piece, Identity)> {
        let print = self.take()?;
        let said: Key = self.take()?;
        let content = i64::from_le_bytes(self.take()?);
        let piece = Piece {
            print,
            id: self.some()?.map(u32::from_le_bytes),
            address: self.some()?.map(u32::from_le_bytes),
            published: self
                .some()?
                .map(|at| Timestamp::from_millis(i64::from_le_bytes(at))),
        };
        let identity = Identity {
            native: self.some()?,
            address: self.some()?,
            url: self.some()?,
            said,
            content,
        };
        Some((piece, identity))
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// What may not be there.
    #[expect(
        clippy::option_option,
        reason = "there may be no byte, or one that says no"
    )]
    fn some<const N: usize>(&mut self) -> Option<Option<[u8; N]>> {
        match self.take::<1>()? {
            [0] => Some(None),
            _ => self.take().map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let whole = (
            Piece {
                print: [1; 12],
                id: Some(7),
                address: None,
                published: Some(Timestamp::from_seconds(-5)),
            },
            Identity {
                native: None,
                address: Some([2; 16]),
                url: Some([3; 16]),
                said: [4; 16],
                content: i64::MIN,
            },
        );
        let bare = (
            Piece {
                print: [5; 12],
                id: None,
                address: Some(0),
                published: None,
            },
            Identity {
                native: Some([6; 16]),
                address: None,
                url: None,
                said: [7; 16],
                content: 1,
            },
        );
        let mut packed = Vec::new();
        for (piece, identity) in [whole, bare] {
            pack(&piece, &identity, &mut packed);
        }
        let mut read = Packed(&packed);
        assert_eq!(
            std::iter::from_fn(|| read.piece()).collect::<Vec<_>>(),
            [whole, bare]
        );
        for cut in 0..packed.len() {
            let mut read = Packed(&packed[..cut]);
            assert!(std::iter::from_fn(|| read.piece()).count() < 2, "{cut}");
        }
    }
}

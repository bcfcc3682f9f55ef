//! What people say of mentions.

use rusqlite::{OptionalExtension, Row, params};

use super::row::{self, word};
use super::{Durability, Store, StoreError};
use crate::model::{Label, Mention, MentionId, Priority, Sentiment, Timestamp};

const COLUMNS: &str = "mention, sentiment, priority, relevant, labelled";

impl Store {
    /// The label of a mention.
    pub fn label(&self, id: MentionId) -> Result<Option<Label>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM labels WHERE mention = ?1"))?
                .query_row([id.0], |row| read(row).map(|(_, label)| label))
                .optional()
        })
    }

    /// Replaces the label of a mention, or takes it away; says whether the mention is there.
    pub fn set_label(&mut self, id: MentionId, label: Option<&Label>) -> Result<bool, StoreError> {
        self.write(Durability::Full, |write| {
            if write.mention(id)?.is_none() {
                return Ok(false);
            }
            let Some(label) = label else {
                write
                    .tx
                    .execute("DELETE FROM labels WHERE mention = ?1", [id.0])?;
                return Ok(true);
            };
            write.tx.execute(
                &format!("INSERT OR REPLACE INTO labels ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5)"),
                params![
                    id.0,
                    label.sentiment.map(Sentiment::as_str),
                    label.priority.map(Priority::as_str),
                    label.relevant,
                    label.labelled.millis(),
                ],
            )?;
            Ok(true)
        })
    }

    /// The next `limit` labelled mentions with a number above `after`, in the order of their
    /// numbers.
    pub fn labelled_after(
        &self,
        after: MentionId,
        limit: usize,
    ) -> Result<Vec<(Mention, Label)>, StoreError> {
        let labels: Vec<(MentionId, Label)> = self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM labels WHERE mention > ?1 ORDER BY mention LIMIT ?2"
                ))?
                .query_map(params![after.0, row::rows(limit)], read)?
                .collect()
        })?;
        let ids: Vec<MentionId> = labels.iter().map(|(id, _)| *id).collect();
        let mentions = self.mentions(&ids)?;
        Ok(mentions
            .into_iter()
            .filter_map(|mention| {
                let found = labels.iter().find(|(id, _)| *id == mention.id);
                found.map(|(_, label)| (mention, *label))
            })
            .collect())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(MentionId, Label)> {
    let is_null = |column| -> rusqlite::Result<bool> {
        Ok(row.get_ref(column)? == rusqlite::types::ValueRef::Null)
    };
    let label = Label {
        sentiment: if is_null(1)? {
            None
        } else {
            Some(word(row, 1, Sentiment::parse)?)
        },
        priority: if is_null(2)? {
            None
        } else {
            Some(word(row, 2, Priority::parse)?)
        },
        relevant: row.get(3)?,
        labelled: Timestamp::from_millis(row.get(4)?),
    };
    Ok((MentionId(row.get(0)?), label))
}

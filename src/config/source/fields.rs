//! The keys of one `[[source]]`, read by the kinds.

use std::ops::{Range, RangeInclusive};

use url::Url;

use crate::config::document::{Document, Finding};
use crate::config::secret_value;
use crate::config::section::{Section, Text, short};
use crate::config::settings_file::Surroundings;
use crate::config::value::{self, Fault, web_address};
use crate::model::{ItemKind, SearchTerm, Secret};

/// A `[[source]]` while it is read.
#[derive(Debug)]
pub(super) struct Fields<'f, 't> {
    pub(super) document: &'f mut Document<'t>,
    pub(super) section: &'f Section<'t>,
    pub(super) around: &'f Surroundings,
}

impl<'t> Fields<'_, 't> {
    /// Whether the key is there, well or badly written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.section.has(key)
    }

    /// The place of a key.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.section.place(key)
    }

    /// Adds a problem.
    pub(super) fn report(&mut self, finding: Finding) {
        self.document.report(finding);
    }

    /// A text read by `read`, where the key is there.
    pub(super) fn parsed<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.section.parsed(self.document, key, read)
    }

    /// The same of a key that must be there; `sample` shows how it is written.
    pub(super) fn needed<T>(
        &mut self,
        key: &str,
        sample: &str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        if !self.section.has(key) {
            self.section.report_missing(self.document, key, sample);
        }
        self.parsed(key, read)
    }

    /// A web address that must be there. What follows `#` is for browsers; without it one source
    /// is not two.
    pub(super) fn address(&mut self, key: &str, sample: &str) -> Option<Url> {
        let mut url = self.needed(key, sample, web_address)?;
        url.set_fragment(None);
        Some(url)
    }

    /// Reports that the section lacks a key that another one asks for.
    pub(super) fn lacks(&mut self, key: &str, sample: &str) {
        self.section.report_missing(self.document, key, sample);
    }

    /// The base of an API: `api`, where it is there, else the vendor's.
    pub(super) fn api(&mut self, vendors: &str) -> Option<Url> {
        self.base("api", vendors)
    }

    /// The base of a site: `key`, where it is there, else the vendor's.
    pub(super) fn base(&mut self, key: &str, vendors: &str) -> Option<Url> {
        let mut url = if self.section.has(key) {
            self.parsed(key, web_address)?
        } else {
            Url::parse(vendors).ok()?
        };
        url.set_fragment(None);
        url.set_query(None);
        Some(url)
    }

    /// True or false, where the key is there.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        self.section.flag(self.document, key)
    }

    /// A list of texts, each read by `read`; a single text is a list of one.
    pub(super) fn list<T>(&mut self, key: &str, read: impl Fn(&str) -> Result<T, Fault>) -> Vec<T> {
        let texts: Vec<Text<'t>> = self.section.texts(self.document, key);
        texts
            .iter()
            .filter_map(|text| text.read(self.document, &read))
            .collect()
    }

    /// A whole number within `range`, where the key is there.
    pub(super) fn integer(&mut self, key: &str, range: RangeInclusive<u32>) -> Option<u32> {
        self.section.integer(self.document, key, range)
    }

    /// What the items are, where `type` says so.
    pub(super) fn item_kind(&mut self) -> Option<ItemKind> {
        self.parsed("type", |text| {
            let kinds = ItemKind::ALL.map(|kind| (kind.as_str(), kind));
            value::choice(text, &kinds, &[])
        })
    }

    /// The secret that `STEM_env` or `STEM_file` names, where it is to be had.
    pub(super) fn secret(&mut self, stem: &str) -> Option<Secret> {
        secret_value::secret(
            self.document,
            self.section,
            stem,
            self.around,
            "this source can be read only",
        )
    }

    /// Whether the settings name a secret, whether or not it is to be had here.
    pub(super) fn names_secret(&self, stem: &str) -> bool {
        self.has(&format!("{stem}_env")) || self.has(&format!("{stem}_file"))
    }

    /// `terms`: what to search for instead of the words of the watchlists.
    pub(super) fn terms(&mut self) -> Vec<SearchTerm> {
        self.list("terms", |text| {
            SearchTerm::new(text).ok_or_else(|| {
                Fault::new(format!("`{}` holds no word to search for", short(text)))
                    .hint("write a word, or several as a phrase: \"frigo lux\"".to_owned())
            })
        })
    }
}

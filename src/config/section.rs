//! A table of a file, read key by key with every problem reported.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Document, Finding};
use super::keys::{SOURCE_HEADER, SectionKeys};
use super::nearest::nearest;
use super::places::Places;
use super::secret::masked;
use super::value::Fault;

/// A table of a file.
#[derive(Debug, Clone)]
pub(super) struct Section<'t> {
    /// Its header as it is written, `[mail]`; empty for the top of the file.
    pub(super) header: &'static str,
    /// Where the header stands.
    pub(super) span: Range<usize>,
    entries: &'t DeTable<'t>,
}

/// A text of a file with its place, quotes included.
#[derive(Debug, Clone)]
pub(super) struct Text<'t> {
    /// What it says.
    pub(super) value: &'t str,
    /// Where it stands.
    pub(super) span: Range<usize>,
}

impl<'t> Section<'t> {
    /// The top of a file. Unknown keys of it are reported.
    pub(super) fn top(
        document: &mut Document<'t>,
        entries: &'t DeTable<'t>,
        known: &'static [SectionKeys],
    ) -> Self {
        let section = Self {
            header: "",
            span: 0..0,
            entries,
        };
        section.report_unknown(document, known);
        section
    }

    /// `[key]` of the section, if it is there.
    pub(super) fn table(
        &self,
        document: &mut Document<'t>,
        key: &str,
        known: &'static [SectionKeys],
    ) -> Option<Self> {
        let header = known
            .iter()
            .find(|section| bare(section.header) == key)?
            .header;
        let value = self.get(key)?;
        if let DeValue::Table(entries) = value.get_ref() {
            let section = Self {
                header,
                span: value.span(),
                entries,
            };
            section.report_unknown(document, known);
            return Some(section);
        }
        let (found, hint) = if value.get_ref().is_array() {
            (
                "a list",
                format!("write [{key}] once, with one pair of brackets"),
            )
        } else {
            (
                kind_of(value.get_ref()),
                format!("write [{key}] on a line of its own and its keys below"),
            )
        };
        document.report(
            Finding::error(value.span(), format!("`{key}` is a section, not {found}")).hint(hint),
        );
        None
    }

    /// Every `[[key]]` of the section, in the order of the file.
    pub(super) fn tables(
        &self,
        document: &mut Document<'t>,
        key: &str,
        known: &'static [SectionKeys],
    ) -> Vec<Self> {
        let Some(section) = known.iter().find(|section| bare(section.header) == key) else {
            return Vec::new();
        };
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(elements) = value.get_ref() else {
            document.report(
                Finding::error(
                    value.span(),
                    format!("`{key}` may stand several times, so that it has two brackets"),
                )
                .hint(format!("write [[{key}]]")),
            );
            return Vec::new();
        };
        let mut sections = Vec::new();
        for element in elements {
            if let DeValue::Table(entries) = element.get_ref() {
                let opened = Self {
                    header: section.header,
                    span: element.span(),
                    entries,
                };
                opened.report_unknown(document, known);
                sections.push(opened);
            } else {
                let found = kind_of(element.get_ref());
                document.report(
                    Finding::error(element.span(), format!("expected a section, found {found}"))
                        .hint(format!(
                            "write [[{key}]] on a line of its own and its keys below"
                        )),
                );
            }
        }
        sections
    }

    fn report_unknown(&self, document: &mut Document<'t>, known: &'static [SectionKeys]) {
        let own = known
            .iter()
            .find(|section| section.header == self.header)
            .map_or(&[][..], |section| section.keys);
        if own.is_empty() || self.header == SOURCE_HEADER {
            return;
        }
        for (key, value) in self.entries {
            let name: &str = key.get_ref();
            if own.contains(&name) {
                continue;
            }
            let elsewhere = known
                .iter()
                .find(|section| section.header != self.header && section.keys.contains(&name));
            // After broken headers, keys seem to stand where they do not.
            if document.is_broken() && elsewhere.is_some() {
                continue;
            }
            // What is not shown any more need not be looked up.
            let hint = (!document.is_full()).then(|| self.where_to(name, value, own, elsewhere));
            let place = if self.header.is_empty() {
                "here".to_owned()
            } else {
                format!("in {}", self.header)
            };
            document.report(
                Finding::error(key.span(), format!("unknown key `{}` {place}", short(name)))
                    .hint(hint),
            );
        }
    }

    fn where_to(
        &self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        own: &[&'static str],
        elsewhere: Option<&SectionKeys>,
    ) -> String {
        let is_section = value.get_ref().is_table();
        let longer = || {
            let begins = |key: &&&str| name.len() >= 4 && key.starts_with(name);
            own.iter().find(begins).copied()
        };
        let meant = nearest(name, own.iter().copied()).or_else(longer);
        match (meant, elsewhere) {
            (_, Some(section)) if section.header.is_empty() => {
                format!("`{name}` stands at the top of the file, before the first [header]")
            }
            (Some(key), None) if is_section => format!("did you mean [{key}]?"),
            (Some(key), None) => format!("did you mean `{key}`?"),
            (_, Some(section)) => format!("`{name}` stands under {}", section.header),
            (None, None) if self.header.is_empty() => {
                format!("the keys of this file are {}", own.join(", "))
            }
            (None, None) => format!("the keys of {} are {}", self.header, own.join(", ")),
        }
    }

    /// The value of a key, whatever it is.
    pub(super) fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries.get(key)
    }

    /// All entries, in the order of the file: for sections whose keys are free.
    pub(super) fn entries(&self) -> Vec<(Text<'t>, &'t Spanned<DeValue<'t>>)> {
        let mut entries: Vec<_> = self
            .entries
            .iter()
            .map(|(key, value)| {
                let span = key.span();
                let value_of_key: &'t str = key.get_ref();
                (
                    Text {
                        value: value_of_key,
                        span,
                    },
                    value,
                )
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    /// The place of a key, or of the header where the key is missing.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.entries
            .get_key_value(key)
            .map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    /// Whether the key is there, well or badly written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Reports that the section lacks a key, showing how one is written.
    pub(super) fn report_missing(&self, document: &mut Document<'t>, key: &str, sample: &str) {
        // It may stand in what could not be read.
        if document.is_broken() {
            return;
        }
        let finding = if self.header.is_empty() {
            Finding::of_file(format!("`{key}` is missing"))
        } else {
            Finding::error(self.span.clone(), format!("{} lacks `{key}`", self.header))
        };
        document.report(finding.hint(format!("add {sample}")));
    }

    /// A text, where the key is there.
    pub(super) fn text(&self, document: &mut Document<'t>, key: &str) -> Option<Text<'t>> {
        let value = self.get(key)?;
        text(document, &format!("`{key}`"), value)
    }

    /// A list of texts, or a single one; empty where the key is missing.
    pub(super) fn texts(&self, document: &mut Document<'t>, key: &str) -> Vec<Text<'t>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        texts(document, &format!("`{key}`"), value)
    }

    /// A text that is read by `read`; its complaints are placed.
    pub(super) fn parsed<T>(
        &self,
        document: &mut Document<'t>,
        key: &str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let text = self.text(document, key)?;
        text.read(document, read)
    }

    /// True or false, where the key is there.
    pub(super) fn flag(&self, document: &mut Document<'t>, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            let found = described(value.get_ref());
            document.report(
                Finding::error(
                    value.span(),
                    format!("`{key}` is true or false, not {found}"),
                )
                .hint(format!("write {key} = true, or {key} = false")),
            );
        }
        flag
    }

    /// A whole number within `range`, where the key is there.
    pub(super) fn integer(
        &self,
        document: &mut Document<'t>,
        key: &str,
        range: RangeInclusive<u32>,
    ) -> Option<u32> {
        let value = self.get(key)?;
        let (least, most) = (*range.start(), *range.end());
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            document.report(Finding::error(
                value.span(),
                format!(
                    "`{key}` is a whole number from {least} to {most}, not {}",
                    described(value.get_ref())
                ),
            ));
        }
        number
    }
}

impl<'t> Text<'t> {
    /// Reads the text by `read`; its complaints are placed.
    pub(super) fn read<T>(
        &self,
        document: &mut Document<'t>,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        match read(self.value) {
            Ok(value) => Some(value),
            Err(fault) => {
                let span = match &fault.at {
                    Some(at) => self.places(document).of(at),
                    None => self.span.clone(),
                };
                document.report(Finding::error(span, fault.message).hint(fault.hint));
                None
            }
        }
    }

    /// Where the parts of the text stand in the file.
    pub(super) fn places(&self, document: &Document<'t>) -> Places {
        Places::new(document.text, self.span.clone(), self.value)
    }
}

/// The value as a text, or a complaint about `what`.
pub(super) fn text<'t>(
    document: &mut Document<'t>,
    what: &str,
    value: &'t Spanned<DeValue<'t>>,
) -> Option<Text<'t>> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(Text {
            value: text,
            span: value.span(),
        });
    }
    let hint = match value.get_ref() {
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            let written = document.text.get(value.span()).unwrap_or_default();
            Some(format!("write it in quotes: \"{written}\""))
        }
        _ => None,
    };
    let found = described(value.get_ref());
    document.report(
        Finding::error(
            value.span(),
            format!("{what} is a text in quotes, not {found}"),
        )
        .hint(hint),
    );
    None
}

/// The value as a list of texts (a single text is a list of one), or complaints about `what`.
pub(super) fn texts<'t>(
    document: &mut Document<'t>,
    what: &str,
    value: &'t Spanned<DeValue<'t>>,
) -> Vec<Text<'t>> {
    match value.get_ref() {
        DeValue::Array(elements) => elements
            .iter()
            .filter_map(|element| text(document, &format!("each entry of {what}"), element))
            .collect(),
        DeValue::String(text) => vec![Text {
            value: text,
            span: value.span(),
        }],
        other => {
            let found = described(other);
            document.report(
                Finding::error(
                    value.span(),
                    format!("{what} is a list of texts, not {found}"),
                )
                .hint("write [\"one\", \"another\"]".to_owned()),
            );
            Vec::new()
        }
    }
}

/// The number that a value is, if it is one and finite.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .and_then(|number| i32::try_from(number).ok())
            .map(f64::from),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// What a value is, for "expected …, found …".
pub(super) fn described(value: &DeValue<'_>) -> String {
    let kind = kind_of(value);
    match value {
        DeValue::String(text) => format!("the text \"{}\"", short(text)),
        DeValue::Integer(number) => format!("the number {}", short(number.as_str())),
        DeValue::Float(number) => format!("the number {}", short(number.as_str())),
        DeValue::Boolean(flag) => format!("{flag}"),
        _ => kind.to_owned(),
    }
}

fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// At most 40 characters of a text, for messages; no password.
pub(super) fn short(text: &str) -> String {
    let mut short: String = masked(text)
        .chars()
        .take(40)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

fn bare(header: &str) -> &str {
    header.trim_matches(['[', ']'])
}

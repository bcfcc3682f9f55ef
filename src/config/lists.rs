//! The keyword lists of an instance, as files: which language each is for, and its text.

use std::fs;
use std::io;
use std::path::Path;

use super::instance::text_of;
use crate::model::{Diagnostic, Severity};

/// The folder of an instance's own keyword lists.
pub const LISTS: &str = "watchlists/lists";

/// What the name of a list may begin with: `any` serves every language, `other` those without
/// lists.
const LANGUAGES: [&str; 7] = ["any", "it", "en", "es", "fr", "de", "other"];

/// A keyword list of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFile {
    /// The language that it serves: `it`, or `any` for all.
    pub language: String,
    /// Its path in the instance: `watchlists/lists/it-care.tsv`.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// Reads the lists of the instance in `dir`, in alphabetical order; files that cannot be used, or
/// that look like lists and are none, are problems.
pub(super) fn load(dir: &Path) -> (Vec<ListFile>, Vec<Diagnostic>) {
    let (mut lists, mut problems) = (Vec::new(), Vec::new());
    let names = match names(&dir.join(LISTS)) {
        Ok(names) => names,
        Err(error) => {
            let message = format!("cannot list the folder: {error}");
            return (
                lists,
                vec![Diagnostic::new(Severity::Error, LISTS, message)],
            );
        }
    };
    for file in names {
        let name = format!("{LISTS}/{file}");
        let Some(stem) = file.strip_suffix(".tsv") else {
            if file.to_lowercase().contains(".tsv") || file.to_lowercase().ends_with(".txt") {
                problems.push(
                    Diagnostic::new(Severity::Warning, name, "the file is not read")
                        .hint("the names of lists end in .tsv"),
                );
            }
            continue;
        };
        let language = stem.split('-').next().unwrap_or_default();
        if !LANGUAGES.contains(&language) {
            problems.push(
                Diagnostic::new(
                    Severity::Error,
                    name,
                    format!("the name does not begin with a language, as `it-{stem}.tsv` does"),
                )
                .hint(format!("there are: {}", LANGUAGES.join(", "))),
            );
            continue;
        }
        match text_of(&dir.join(&name), &name) {
            Ok(text) => lists.push(ListFile {
                language: language.to_owned(),
                name,
                text,
            }),
            Err(problem) => problems.push(*problem),
        }
    }
    (lists, problems)
}

/// The names of the files in a folder, in alphabetical order; none where there is no folder.
fn names(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

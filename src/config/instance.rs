//! The folder of an instance, read as a whole.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use super::document::{Document, Finding};
use super::gather::{self, SourceInFile};
use super::lists::{self, ListFile};
use super::settings::Settings;
use super::settings_file::{self, Surroundings};
use super::watchlist::Watchlist;
use super::{syntax, watchlist_file};
use crate::model::{Diagnostic, Severity, Source, WatchlistId};

/// The settings' file.
pub const SETTINGS_FILE: &str = "ascolto.toml";
/// The folder of watchlists.
pub const WATCHLISTS: &str = "watchlists";

/// The largest file that is read, in bytes; far above what a person writes.
const LARGEST: u64 = 8 << 20;

/// An instance, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder.
    pub dir: PathBuf,
    /// `ascolto.toml`.
    pub settings: Settings,
    /// The watchlists without errors, by file name.
    pub watchlists: Vec<Watchlist>,
    /// What is polled, by name.
    pub sources: Vec<Source>,
    /// What has `enabled = false`, by name.
    pub switched_off: Vec<Source>,
    /// `watchlists/lists/*.tsv`, by name; the scorer says what is wrong with their lines.
    pub lists: Vec<ListFile>,
}

/// An instance as far as it could be read, with all that is wrong with it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is right. Where `ascolto.toml` has errors, these stand at their defaults.
    pub config: Config,
    /// What is wrong, file by file, in the order of the files' lines.
    pub problems: Vec<Diagnostic>,
    /// Whether one may work with it: false where `ascolto.toml` is missing or has errors. Errors in
    /// a watchlist only leave that watchlist out.
    pub usable: bool,
    /// The texts of the watchlists' files, to point into.
    pub(super) texts: BTreeMap<WatchlistId, String>,
}

/// Why an instance cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The folder holds no `ascolto.toml`.
    #[error("not an instance: no ascolto.toml in {}; `ascolto init {}` makes one", dir.display(), dir.display())]
    NotAnInstance {
        /// The folder.
        dir: PathBuf,
    },
    /// `ascolto.toml` has errors.
    #[error("ascolto.toml has errors; `ascolto check` shows them")]
    Broken {
        /// All that is wrong with the instance.
        problems: Vec<Diagnostic>,
    },
}

impl Config {
    /// Reads the instance in `dir`: what is right, and every problem at once.
    ///
    /// Reads files of the folder, the environment variables that `…_env` names and the
    /// system's time zone; no clock and no network.
    pub fn load(dir: &Path) -> Loaded {
        load(dir, &Surroundings::of(dir))
    }

    /// Reads the instance in `dir` to work with it, with the warnings, and the errors of watchlists
    /// that are left out.
    pub fn open(dir: &Path) -> Result<(Self, Vec<Diagnostic>), ConfigError> {
        if !dir.join(SETTINGS_FILE).exists() {
            return Err(ConfigError::NotAnInstance {
                dir: dir.to_owned(),
            });
        }
        let loaded = Self::load(dir);
        if loaded.usable {
            Ok((loaded.config, loaded.problems))
        } else {
            Err(ConfigError::Broken {
                problems: loaded.problems,
            })
        }
    }

    /// Reads `ascolto.toml` of the instance in `dir` alone, for who asks what is stored and need not
    /// know for whom: that takes as long with a thousand watchlists as with one.
    ///
    /// # Errors
    ///
    /// Those of [`Config::open`], which looks at everything where something is wrong.
    pub fn settings(dir: &Path) -> Result<Settings, ConfigError> {
        let settings = text_of(&dir.join(SETTINGS_FILE), SETTINGS_FILE)
            .ok()
            .and_then(|text| {
                let readable = syntax::readable(&text);
                let mut document = Document::new(SETTINGS_FILE, &text);
                let table = readable.tables(&mut document);
                let (settings, _) =
                    settings_file::read(&mut document, &table, &Surroundings::of(dir));
                (!document.has_errors()).then_some(settings)
            });
        match settings {
            Some(settings) => Ok(settings),
            None => Self::open(dir).map(|(config, _)| config.settings),
        }
    }

    /// Reads one watchlist's file, wherever it lies, with all that is wrong in it. Named lists and
    /// queries are those of the instance that the file belongs to, or else of the one in `dir`.
    pub fn watchlist_file(path: &Path, dir: &Path) -> (Option<Watchlist>, Vec<Diagnostic>) {
        let origin = path.display().to_string();
        let text = match text_of(path, &origin) {
            Ok(text) => text,
            Err(problem) => return (None, vec![*problem]),
        };
        let own = path.parent().and_then(Path::parent);
        let home = own
            .filter(|own| own.join(SETTINGS_FILE).exists())
            .unwrap_or(dir);
        let around = Surroundings::of(home);
        let settings_text = text_of(&home.join(SETTINGS_FILE), SETTINGS_FILE).unwrap_or_default();
        let readable = syntax::readable(&settings_text);
        let mut settings_document = Document::new(SETTINGS_FILE, &settings_text);
        let table = readable.tables(&mut settings_document);
        let (settings, _) = settings_file::read(&mut settings_document, &table, &around);
        let stem = path.file_stem().map(OsStr::to_string_lossy);
        let id = WatchlistId(stem.unwrap_or_default().into_owned());
        let readable = syntax::readable(&text);
        let mut document = Document::new(&origin, &text);
        let table = readable.tables(&mut document);
        let listed = watchlist_file::read(
            &mut document,
            &table,
            id,
            path.to_owned(),
            &settings,
            &around,
        );
        let watchlist = listed.map(|listed| listed.watchlist);
        (watchlist, document.into_problems())
    }

    /// The watchlist with that file name.
    pub fn watchlist(&self, id: &WatchlistId) -> Option<&Watchlist> {
        self.watchlists.iter().find(|watchlist| watchlist.id == *id)
    }
}

impl Loaded {
    /// Whether anything is wrong that must be mended.
    pub fn has_errors(&self) -> bool {
        self.problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }
}

impl Surroundings {
    /// Those of the running program.
    fn of(dir: &Path) -> Self {
        let timezone = iana_time_zone::get_timezone()
            .ok()
            .and_then(|name| name.parse().ok())
            .unwrap_or(Tz::UTC);
        Self {
            dir: dir.to_owned(),
            timezone,
            variable,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment: the secrets that `…_env` names"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn load(dir: &Path, around: &Surroundings) -> Loaded {
    let mut loaded = Loaded {
        config: Config {
            dir: dir.to_owned(),
            settings: Settings::new(around.timezone),
            watchlists: Vec::new(),
            sources: Vec::new(),
            switched_off: Vec::new(),
            lists: Vec::new(),
        },
        problems: Vec::new(),
        usable: false,
        texts: BTreeMap::new(),
    };
    let path = dir.join(SETTINGS_FILE);
    if !path.exists() {
        let missing = ConfigError::NotAnInstance {
            dir: dir.to_owned(),
        };
        loaded.problems.push(Diagnostic::new(
            Severity::Error,
            dir.display().to_string(),
            missing.to_string(),
        ));
        return loaded;
    }
    let mut sources = Vec::new();
    let settings_text = match text_of(&path, SETTINGS_FILE) {
        Ok(text) => text,
        Err(problem) => {
            loaded.problems.push(*problem);
            String::new()
        }
    };
    loaded.usable = loaded.problems.is_empty();
    let readable = syntax::readable(&settings_text);
    let mut document = Document::new(SETTINGS_FILE, &settings_text);
    let table = readable.tables(&mut document);
    let (settings, listed) = settings_file::read(&mut document, &table, around);
    loaded.config.settings = settings;
    for source in listed {
        sources.push(SourceInFile::new(&document, None, source));
    }
    loaded.usable &= !document.has_errors();
    loaded.problems.extend(document.into_problems());
    load_watchlists(&mut loaded, &mut sources, around);
    let gathered = gather::gather(sources, &loaded.config.watchlists);
    loaded.problems.extend(gathered.problems);
    loaded.config.sources = gathered.sources;
    loaded.config.switched_off = gathered.switched_off;
    let (lists, problems) = lists::load(dir);
    loaded.config.lists = lists;
    loaded.problems.extend(problems);
    loaded
}

fn load_watchlists(loaded: &mut Loaded, sources: &mut Vec<SourceInFile>, around: &Surroundings) {
    let files = match watchlist_files(&loaded.config.dir.join(WATCHLISTS), &mut loaded.problems) {
        Ok(files) => files,
        Err(error) => {
            loaded.problems.push(Diagnostic::new(
                Severity::Error,
                WATCHLISTS,
                format!("cannot list the folder: {error}"),
            ));
            return;
        }
    };
    if files.is_empty() {
        loaded.problems.push(
            Diagnostic::new(Severity::Warning, WATCHLISTS, "there are no watchlists yet")
                .hint("put one into watchlists/your-brand.toml; `ascolto init` writes a first one"),
        );
    }
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for (id, path) in files {
        let origin = format!("{WATCHLISTS}/{id}.toml");
        if let Some(other) = ids.insert(id.as_str().to_lowercase(), origin.clone()) {
            loaded.problems.push(
                Diagnostic::new(
                    Severity::Error,
                    &origin,
                    format!("its name differs from {other} only in capitals"),
                )
                .hint("rename one of the two files"),
            );
            continue;
        }
        let text = match text_of(&path, &origin) {
            Ok(text) => text,
            Err(problem) => {
                loaded.problems.push(*problem);
                continue;
            }
        };
        let readable = syntax::readable(&text);
        let mut document = Document::new(&origin, &text);
        let table = readable.tables(&mut document);
        let listed = watchlist_file::read(
            &mut document,
            &table,
            id.clone(),
            path,
            &loaded.config.settings,
            around,
        );
        let Some(listed) = listed else {
            loaded.problems.extend(document.into_problems());
            continue;
        };
        let name = listed.watchlist.name.to_lowercase();
        if let Some(other) = names.get(&name) {
            let message = format!("{other} has this name as well");
            document.report(
                Finding::error(listed.name_span, message)
                    .hint("give each watchlist a name of its own".to_owned()),
            );
            loaded.problems.extend(document.into_problems());
            continue;
        }
        names.insert(name, origin.clone());
        for source in listed.sources {
            sources.push(SourceInFile::new(&document, Some(id.clone()), source));
        }
        loaded.problems.extend(document.into_problems());
        loaded.config.watchlists.push(listed.watchlist);
        loaded.texts.insert(id, text);
    }
}

/// The watchlists' files in alphabetical order; files that look like watchlists but are not read
/// are problems.
fn watchlist_files(
    dir: &Path,
    problems: &mut Vec<Diagnostic>,
) -> io::Result<Vec<(WatchlistId, PathBuf)>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path
            .file_name()
            .map(OsStr::to_string_lossy)
            .unwrap_or_default();
        if name.starts_with('.') || path.is_dir() {
            continue;
        }
        let Some(stem) = name.strip_suffix(".toml") else {
            if [".toml.txt", ".toml"]
                .iter()
                .any(|end| name.to_lowercase().ends_with(end))
            {
                problems.push(
                    Diagnostic::new(
                        Severity::Warning,
                        format!("{WATCHLISTS}/{name}"),
                        "the file is not read",
                    )
                    .hint("the names of watchlists end in .toml"),
                );
            }
            continue;
        };
        // Some file systems keep the accents of names apart from their letters.
        let stem: String = stem.nfc().collect();
        let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if stem.is_empty() || stem.chars().count() > 80 || !stem.chars().all(plain) {
            let meant: Vec<String> = stem
                .split(|c| !plain(c))
                .filter(|part| !part.is_empty())
                .map(str::to_lowercase)
                .collect();
            problems.push(
                Diagnostic::new(
                    Severity::Error,
                    format!("{WATCHLISTS}/{name}"),
                    "a watchlist's file name has letters, digits, `-` and `_` only",
                )
                .hint(format!(
                    "rename it to {}.toml: `watch:{}` finds its mentions",
                    meant.join("-"),
                    meant.join("-")
                )),
            );
            continue;
        }
        files.push((WatchlistId(stem), path));
    }
    Ok(files)
}

/// The text of a file, or why there is none.
pub(super) fn text_of(path: &Path, origin: &str) -> Result<String, Box<Diagnostic>> {
    let wrong = |message: String| Box::new(Diagnostic::new(Severity::Error, origin, message));
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(wrong("is larger than 8 MB".to_owned()));
    }
    decoded(bytes, origin)
}

fn decoded(bytes: Vec<u8>, origin: &str) -> Result<String, Box<Diagnostic>> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Box::new(
            Diagnostic::new(Severity::Error, origin, "is saved as UTF-16")
                .hint("save it again with the encoding UTF-8"),
        ));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            // The same bytes up to the place, so that line and column are right.
            let shown = String::from_utf8_lossy(error.as_bytes());
            Err(Box::new(
                Diagnostic::new(Severity::Error, origin, "the file is not UTF-8")
                    .at(&shown, start..start + 1, "from here on")
                    .hint("save it again with the encoding UTF-8"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_a_file_is_no_utf_8() {
        let problem =
            decoded(b"name = \"a\"\nkind = \"caff\xe8\"\n".to_vec(), "x.toml").unwrap_err();
        assert_eq!(problem.place, Some((2, 13)));
        let problem = decoded(vec![0xFF, 0xFE, b'a', 0], "x.toml").unwrap_err();
        assert_eq!(problem.message, "is saved as UTF-16");
        assert_eq!(
            decoded(b"\xEF\xBB\xBFa = 1".to_vec(), "x.toml").unwrap(),
            "a = 1"
        );
    }
}

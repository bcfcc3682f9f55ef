//! `ascolto init`.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::report_error::{Exit, Hinted};
use super::terminal::printable;
use crate::config::{Answers, SETTINGS_FILE, instance_files};
use crate::model::Lang;

/// Makes a new instance: a folder with commented settings and first watchlists.
///
/// Asks for the brand, its accounts and competitors, and where mails go; existing files are never
/// overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ascolto init --yes my-brand")]
pub(crate) struct Init {
    /// The folder, made where it does not exist; without it: the current one
    dir: Option<PathBuf>,
    /// Ask nothing: a watchlist named after the folder, to be edited
    #[arg(short, long)]
    yes: bool,
}

impl Init {
    /// Makes the instance in the folder that was named, or in `current`.
    pub(crate) fn run(self, current: &Path) -> anyhow::Result<Exit> {
        let dir = self.dir.as_deref().unwrap_or(current);
        if dir.join(SETTINGS_FILE).exists() {
            return Err(refusal(dir, SETTINGS_FILE).into());
        }
        let stdin = io::stdin();
        let answers = if self.yes {
            Answers::new(brand_of(dir), Lang::IT)
        } else if stdin.is_terminal() {
            ask(
                &mut stdin.lock(),
                &mut anstream::stderr().lock(),
                &brand_of(dir),
            )?
        } else {
            return Err(Hinted {
                message: "nobody is there to answer questions: standard input is no terminal"
                    .to_owned(),
                hint: "`ascolto init --yes` asks nothing".to_owned(),
                exit: Exit::Failed,
            }
            .into());
        };
        let written = write(dir, &instance_files(&answers))?;
        show_next_steps(dir, &written)?;
        Ok(Exit::Done)
    }
}

fn refusal(dir: &Path, file: &str) -> Hinted {
    Hinted {
        message: format!("{} exists already", dir.join(file).display()),
        hint: "existing files are not overwritten: choose another folder".to_owned(),
        exit: Exit::Failed,
    }
}

/// Writes all files or none: whatever exists already is found before anything is written.
fn write(dir: &Path, files: &[(PathBuf, String)]) -> anyhow::Result<Vec<PathBuf>> {
    // The folder of a repository may bring its own words about the index.
    let is_readme = |path: &Path| path.ends_with("README.md");
    for (path, _) in files.iter().filter(|(path, _)| !is_readme(path)) {
        if dir.join(path).exists() {
            return Err(refusal(dir, &path.display().to_string()).into());
        }
    }
    let mut written = Vec::new();
    for (path, text) in files {
        let target = dir.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&target)
        {
            Ok(mut file) => file
                .write_all(text.as_bytes())
                .with_context(|| format!("cannot write {}", target.display()))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_readme(path) => {
                continue;
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot write {}", target.display()));
            }
        }
        written.push(target);
    }
    Ok(written)
}

fn show_next_steps(dir: &Path, written: &[PathBuf]) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    for path in written {
        writeln!(stdout, "wrote {}", printable(&path.display().to_string()))?;
    }
    let at = if dir == Path::new(".") || dir == Path::new("") {
        String::new()
    } else {
        format!(" -C {}", shell_word(&dir.display().to_string()))
    };
    writeln!(
        stdout,
        "\nnext:\n  \
         1. put the address of a first feed into the watchlist, under [[source]]\n  \
         2. ascolto{at} check      tells whether all is well\n  \
         3. ascolto{at} collect    reads the sources once\n  \
         4. ascolto{at} search     shows what was found\n  \
         5. ascolto{at} run        keeps listening, and sends digests"
    )?;
    Ok(())
}

/// A word that a shell takes as one.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-~".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The brand that a folder's name suggests: `my-brand` is "My Brand".
fn brand_of(dir: &Path) -> String {
    let absolute = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let name = absolute
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect()
            })
        })
        .collect();
    if words.is_empty() {
        "Frigolux".to_owned()
    } else {
        words.join(" ")
    }
}

/// Asks the questions; an empty answer takes what stands in brackets.
fn ask(
    input: &mut impl BufRead,
    output: &mut impl Write,
    suggested: &str,
) -> anyhow::Result<Answers> {
    let mut question = |text: &str| -> anyhow::Result<String> {
        write!(output, "{text}: ")?;
        output.flush()?;
        let mut line = String::new();
        input.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    };
    let list = |text: &str| -> Vec<String> {
        text.split(',')
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect()
    };
    let brand = question(&format!("The brand to listen for [{suggested}]"))?;
    let handles = list(&question(
        "Its accounts, with commas between (@brand, …) [none]",
    )?);
    let competitors = list(&question("Its competitors, with commas between [none]")?);
    let site = question("Its own site, which is left out [none]")?;
    let mail = question("The mail address for digests [none]")?;
    let language = question("The language of mails, it or en [it]")?;
    Ok(Answers {
        brand: if brand.is_empty() {
            suggested.to_owned()
        } else {
            brand
        },
        handles,
        competitors,
        site: (!site.is_empty()).then_some(site),
        mail: (!mail.is_empty()).then_some(mail),
        language: Lang::parse(&language)
            .filter(|lang| *lang == Lang::EN)
            .unwrap_or(Lang::IT),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_what_a_watchlist_needs() {
        let typed = "Caffè dell'Orto\n@orto, orto_it\nGelomax, Polar Frost\nwww.orto.example\ncare@orto.example\nen\n";
        let mut shown = Vec::new();
        let answers = ask(&mut typed.as_bytes(), &mut shown, "Orto").unwrap();
        assert_eq!(
            answers,
            Answers {
                brand: "Caffè dell'Orto".to_owned(),
                handles: vec!["@orto".to_owned(), "orto_it".to_owned()],
                competitors: vec!["Gelomax".to_owned(), "Polar Frost".to_owned()],
                site: Some("www.orto.example".to_owned()),
                mail: Some("care@orto.example".to_owned()),
                language: Lang::EN,
            }
        );
        assert!(
            String::from_utf8(shown)
                .unwrap()
                .starts_with("The brand to listen for [Orto]: ")
        );
        let nothing = ask(&mut "".as_bytes(), &mut Vec::new(), "Orto").unwrap();
        assert_eq!(nothing, Answers::new("Orto", Lang::IT));
    }

    #[test]
    fn writes_all_files_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let files = instance_files(&Answers::new("Frigolux", Lang::IT));
        fs::create_dir(dir.path().join("watchlists")).unwrap();
        fs::write(dir.path().join("watchlists/frigolux.toml"), "mine").unwrap();
        assert!(write(dir.path(), &files).is_err());
        assert!(!dir.path().join(SETTINGS_FILE).exists());
        fs::remove_file(dir.path().join("watchlists/frigolux.toml")).unwrap();
        assert_eq!(write(dir.path(), &files).unwrap().len(), files.len());
    }

    #[test]
    fn names_the_brand_after_the_folder() {
        assert_eq!(brand_of(Path::new("/x/my-brand")), "My Brand");
        assert_eq!(brand_of(Path::new("/")), "Frigolux");
        assert_eq!(shell_word("a b'c"), "'a b'\\''c'");
    }
}

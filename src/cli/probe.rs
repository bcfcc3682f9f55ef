//! `ascolto sources test`.

use std::io::Write;
use std::time::Duration;

use anstyle::Style;
use clap::Args;
use serde::Serialize;
use url::Url;

use super::app::{App, block_on};
use super::output::{Format, json_line};
use super::report_error::{BadInput, Exit, Hinted};
use super::terminal::{age, count, fit, one_line, width};
use crate::config::{Config, ConfigError, FetchSettings, written_duration};
use crate::model::{Item, Source, Timestamp};
use crate::pipeline::probe::{FeedLink, Given, Look, Prober, Refused};

/// How many items are shown.
const SHOWN: usize = 5;

/// How often a feed is read that asks for nothing else.
const EVERY: Duration = Duration::from_mins(15);

const DIM: Style = Style::new().dimmed();

/// Find out what an address is and what it holds; nothing is stored
///
/// Of a feed: its newest items. Of a web page: the feeds that it names, and the first of them tried.
/// Prints the `[[source]]` to put into a watchlist. The address or name of a source of the instance
/// is read as its file says.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ascolto sources test https://forum.example/\n  \
    ascolto sources test forum"
)]
pub(crate) struct Test {
    /// An address, or the name of a source
    url: String,
}

#[derive(Serialize)]
struct LookJson<'a> {
    url: &'a str,
    kind: &'static str,
    title: Option<&'a str>,
    feeds: Vec<FeedJson<'a>>,
    tested: Option<&'a str>,
    items: Option<usize>,
    first: Vec<ItemJson<'a>>,
    error: Option<&'a str>,
    notes: &'a [String],
    source: Option<String>,
}

#[derive(Serialize)]
struct FeedJson<'a> {
    url: &'a str,
    title: Option<&'a str>,
}

#[derive(Serialize)]
struct ItemJson<'a> {
    title: Option<&'a str>,
    text: &'a str,
    url: Option<&'a str>,
    published: Option<Timestamp>,
}

/// What to say of an address.
struct Told<'a> {
    url: &'a str,
    kind: &'static str,
    title: Option<&'a str>,
    feeds: &'a [FeedLink],
    given: Option<&'a Given>,
    error: Option<&'a Refused>,
    /// The block to paste, where the instance does not have it.
    source: Option<String>,
}

impl Test {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let config = match Config::open(&app.directory) {
            Ok((config, _)) => Some(config),
            // An address can be tried before there is an instance.
            Err(ConfigError::NotAnInstance { .. }) => None,
            Err(ConfigError::Broken { problems }) => return Err(BadInput(problems).into()),
        };
        let settings = config
            .as_ref()
            .map_or_else(FetchSettings::default, |config| {
                config.settings.fetch.clone()
            });
        if let Some(source) = config.iter().find_map(|config| self.known(config)) {
            return try_known(app, &settings, source);
        }
        let url = self.address()?;
        let looked = block_on(async {
            let prober = Prober::new(&settings, app.clock.clone())?;
            Ok(prober.look(&url).await)
        })?;
        match looked {
            Err(refused) => Err(failed(&refused)),
            Ok(Look::Feed(given)) => Told {
                url: url.as_str(),
                kind: "feed",
                title: given.title.as_deref(),
                feeds: &[],
                source: Some(feed_source(&given)),
                given: Some(&given),
                error: None,
            }
            .tell(app),
            Ok(Look::Page {
                url: page,
                title,
                feeds,
                first,
            }) => {
                let given = first.as_ref().and_then(|first| first.as_ref().ok());
                Told {
                    url: url.as_str(),
                    kind: "page",
                    title: title.as_deref(),
                    feeds: &feeds,
                    source: match (given, &first) {
                        (Some(given), _) => Some(feed_source(given)),
                        (None, None) => Some(page_source(&page)),
                        (None, Some(_)) => None,
                    },
                    given,
                    error: first.as_ref().and_then(|first| first.as_ref().err()),
                }
                .tell(app)
            }
        }
    }

    /// The source of the instance that is meant.
    fn known<'a>(&self, config: &'a Config) -> Option<&'a Source> {
        let url = self.address().ok();
        let mut all = config.sources.iter().chain(&config.switched_off);
        all.find(|source| source.name == self.url || url.as_ref() == Some(source.kind.url()))
    }

    /// The address as people type it: `forum.example/rss` is on the web.
    fn address(&self) -> anyhow::Result<Url> {
        let typed = self.url.trim();
        let whole = if typed.contains("://") {
            typed.to_owned()
        } else {
            format!("https://{typed}")
        };
        let mut url = Url::parse(&whole)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && typed.contains(['.', ':']))
            .ok_or_else(|| Hinted {
                message: format!("`{}` is no web address and no source", one_line(typed)),
                hint: "write it like https://forum.example/rss; `ascolto sources` lists the names"
                    .to_owned(),
                exit: Exit::BadInput,
            })?;
        url.set_fragment(None);
        Ok(url)
    }
}

fn try_known(app: &App, settings: &FetchSettings, source: &Source) -> anyhow::Result<Exit> {
    let tried = block_on(async {
        let prober = Prober::new(settings, app.clock.clone())?;
        Ok(prober.try_source(source).await)
    })?;
    match tried {
        Err(refused) => Err(failed(&refused)),
        Ok(given) => {
            let told = Told {
                url: source.kind.url().as_str(),
                kind: source.kind.as_str(),
                title: given.title.as_deref(),
                feeds: &[],
                given: Some(&given),
                error: None,
                source: None,
            };
            let exit = told.tell(app)?;
            anstream::eprintln!("the instance reads it as `{}`", one_line(&source.name));
            Ok(exit)
        }
    }
}

fn failed(refused: &Refused) -> anyhow::Error {
    anyhow::Error::msg(one_line(&refused.error))
}

impl Told<'_> {
    fn tell(&self, app: &App) -> anyhow::Result<Exit> {
        if app.format == Format::Table {
            self.print(app.clock.now())?;
        } else {
            json_line(&mut anstream::stdout().lock(), &self.json())?;
        }
        Ok(match (self.given, self.error) {
            (Some(_), _) => Exit::Done,
            (None, Some(_)) => Exit::Failed,
            (None, None) => Exit::Nothing,
        })
    }

    fn json(&self) -> LookJson<'_> {
        let items = self.given.map_or(&[][..], |given| &given.items);
        LookJson {
            url: self.url,
            kind: self.kind,
            title: self.title,
            feeds: self
                .feeds
                .iter()
                .map(|feed| FeedJson {
                    url: feed.url.as_str(),
                    title: feed.title.as_deref(),
                })
                .collect(),
            tested: self.given.map(|given| given.url.as_str()),
            items: self.given.map(|given| given.items.len()),
            first: items
                .iter()
                .take(SHOWN)
                .map(|item| ItemJson {
                    title: item.title.as_deref(),
                    text: &item.text,
                    url: item.url.as_deref(),
                    published: item.published,
                })
                .collect(),
            error: self.error.map(|refused| refused.error.as_str()),
            notes: self.given.map_or(&[][..], |given| &given.notes),
            source: self.source.clone(),
        }
    }

    fn print(&self, now: Timestamp) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        let mut what = match self.kind {
            "feed" => "a feed".to_owned(),
            "page" => "a web page".to_owned(),
            kind => format!("a source of kind {kind}"),
        };
        if let Some(title) = self.title {
            what = format!("{what}, \"{}\"", one_line(title));
        }
        writeln!(out, "{what}")?;
        if !self.feeds.is_empty() {
            writeln!(
                out,
                "it names {}:",
                count(self.feeds.len(), "feed", "feeds")
            )?;
            for feed in self.feeds {
                let title = feed.title.as_deref().unwrap_or_default();
                writeln!(out, "  {}  {DIM}{}{DIM:#}", feed.url, one_line(title))?;
            }
        }
        if let Some(given) = self.given {
            print_items(&mut out, given, now)?;
        }
        if let Some(refused) = self.error {
            anstream::eprintln!(
                "\nthe first could not be read: {}",
                one_line(&refused.error)
            );
        }
        let Some(source) = &self.source else {
            return Ok(());
        };
        if self.given.is_some() {
            anstream::eprintln!(
                "\nput this into a watchlist, or into ascolto.toml to read it for all:"
            );
        } else {
            anstream::eprintln!(
                "\nit names no feed; its items can be read by CSS selectors, to be filled in:"
            );
        }
        write!(out, "\n{source}")?;
        Ok(())
    }
}

fn print_items(out: &mut impl Write, given: &Given, now: Timestamp) -> anyhow::Result<()> {
    let shown = given.items.len().min(SHOWN);
    let of = if shown < given.items.len() {
        format!(", the first {shown}:")
    } else {
        String::new()
    };
    if given.answered != given.url {
        writeln!(out, "answered by {}", given.answered)?;
    }
    writeln!(out, "{}{of}", count(given.items.len(), "item", "items"))?;
    for item in given.items.iter().take(SHOWN) {
        let when = item
            .published
            .map_or_else(|| "undated".to_owned(), |at| age(at, now));
        let room = width().saturating_sub(16);
        writeln!(out, "  {when:<12}  {}", fit(&heading(item), room))?;
        if let Some(url) = &item.url {
            writeln!(out, "  {:<12}  {DIM}{}{DIM:#}", "", one_line(url))?;
        }
    }
    for note in &given.notes {
        anstream::eprintln!("{}", one_line(note));
    }
    Ok(())
}

/// The title, else how the text begins.
fn heading(item: &Item) -> String {
    let title = item.title.as_deref().filter(|title| !title.is_empty());
    let text: String = item.text.chars().take(300).collect();
    one_line(title.unwrap_or(&text))
}

/// The section for a feed.
fn feed_source(given: &Given) -> String {
    let every = given.poll_hint.unwrap_or_default().max(EVERY);
    let every = written_duration(Duration::from_mins(every.as_secs().div_ceil(60)));
    format!(
        "[[source]]\nkind  = \"feed\"\nurl   = \"{}\"\nevery = \"{every}\"\n",
        given.url
    )
}

/// The section for a page, its selectors to be filled in.
fn page_source(url: &Url) -> String {
    format!(
        "[[source]]\nkind   = \"page\"\nurl    = \"{url}\"\nevery  = \"6h\"\n\
         item   = \"article\"             # what one item stands in\n\
         title  = \"h2\"                  # and within it\n\
         text   = \"p\"\n\
         link   = \"a\"\n\
         author = \".author\"\n\
         date   = \"time\"\n"
    )
}

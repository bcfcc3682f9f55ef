//! The sites, what stands on them, and what they answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::DateTime;
use sha2::{Digest, Sha256};

use super::site::{Entry, Site};
use super::{feeds, shop};
use crate::model::Timestamp;

/// The sites of a demo world at a moment. A clone is the same world, so that a test can add to it
/// while a server shows it.
#[derive(Debug, Clone)]
pub struct World(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    sites: BTreeMap<Place, Site>,
    pages: BTreeMap<String, Page>,
    failing: BTreeMap<String, u16>,
}

/// A page that a test has put there.
#[derive(Debug)]
struct Page {
    content_type: String,
    body: Vec<u8>,
}

/// A place where something is published, one resource of the server each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A forum's threads and replies: RSS 2.0.
    Forum,
    /// The comments of a WordPress blog: RSS 2.0 with `content:encoded`.
    Blog,
    /// Reviews of the brand's refrigerator in a shop: HTML, ten a page.
    Shop,
    /// Reviews of the competitor's refrigerator in the same shop.
    RivalShop,
    /// A newspaper: RSS 2.0 in Windows-1252, not well-formed.
    News,
    /// A press agency: Atom.
    Agency,
    /// An English consumer magazine: JSON Feed 1.1.
    Magazine,
}

impl Place {
    /// All places, in the order in which they are documented.
    pub const ALL: [Self; 7] = [
        Self::Forum,
        Self::Blog,
        Self::Shop,
        Self::RivalShop,
        Self::News,
        Self::Agency,
        Self::Magazine,
    ];

    /// The path of its feed or first page on the server.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Forum => "/forum/rss",
            Self::Blog => "/blog/comments/feed/",
            Self::Shop => "/shop/frigoriferi/frigolux-flx-340",
            Self::RivalShop => "/shop/frigoriferi/gelomax-nordic-400",
            Self::News => "/news/rss.xml",
            Self::Agency => "/agency/atom.xml",
            Self::Magazine => "/magazine/feed.json",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Forum => include_str!("world/forum.toml"),
            Self::Blog => include_str!("world/blog.toml"),
            Self::Shop => include_str!("world/shop.toml"),
            Self::RivalShop => include_str!("world/rival.toml"),
            Self::News => include_str!("world/news.toml"),
            Self::Agency => include_str!("world/agency.toml"),
            Self::Magazine => include_str!("world/magazine.toml"),
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Forum | Self::Blog => "application/rss+xml; charset=UTF-8",
            // Without a charset, as the server of a newspaper has it: the XML declaration decides.
            Self::News => "text/xml",
            Self::Agency => "application/atom+xml; charset=utf-8",
            Self::Magazine => "application/feed+json",
            Self::Shop | Self::RivalShop => "text/html; charset=utf-8",
        }
    }
}

/// What the world answers to a GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `Content-Type`, with the charset where the world says one.
    pub content_type: String,
    /// `ETag`, quotes included; empty where there is none.
    pub etag: String,
    /// `Last-Modified`: when what is at the address changed last, where it has such a time.
    pub last_modified: Option<Timestamp>,
    /// The body; empty with 304.
    pub body: Vec<u8>,
}

impl World {
    /// The world of Frigolux and Gelomax, over the ten days before `now`.
    pub fn new(now: Timestamp) -> Self {
        Self::with(now, true)
    }

    /// The same sites with nothing on them, for tests that bring their own.
    pub fn empty(now: Timestamp) -> Self {
        Self::with(now, false)
    }

    fn with(now: Timestamp, inhabited: bool) -> Self {
        let sites = Place::ALL
            .into_iter()
            .map(|place| (place, Site::read(place.text(), now, inhabited)))
            .collect();
        Self(Arc::new(Mutex::new(State {
            sites,
            pages: BTreeMap::new(),
            failing: BTreeMap::new(),
        })))
    }

    /// Publishes an entry, on top of what stands at `place`.
    pub fn add_item(&self, place: Place, entry: Entry) {
        let mut state = self.state();
        if let Some(site) = state.sites.get_mut(&place) {
            // A second later than before even where the entry is older: `Last-Modified` counts
            // whole seconds, and a change that it does not show would be lost to who asks by it.
            let later = site.changed.plus(Duration::from_secs(1));
            site.changed = entry.published.map_or(later, |at| at.max(later));
            site.entries.insert(0, entry);
        }
    }

    /// Takes an entry away, as moderators do.
    pub fn remove_item(&self, place: Place, id: &str) {
        let mut state = self.state();
        if let Some(site) = state.sites.get_mut(&place) {
            site.changed = site.changed.plus(Duration::from_secs(1));
            site.entries.retain(|entry| entry.id != id);
        }
    }

    /// What stands at `place`, newest first.
    pub fn items(&self, place: Place) -> Vec<Entry> {
        self.state()
            .sites
            .get(&place)
            .map(|site| site.entries.clone())
            .unwrap_or_default()
    }

    /// Puts a page of the caller's at `path` (with its leading `/`), before whatever was there.
    pub fn put(&self, path: &str, content_type: &str, body: impl Into<Vec<u8>>) {
        let page = Page {
            content_type: content_type.to_owned(),
            body: body.into(),
        };
        self.state().pages.insert(path.to_owned(), page);
    }

    /// Answers `path` with this status until [`World::mend`].
    pub fn fail(&self, path: &str, status: u16) {
        self.state().failing.insert(path.to_owned(), status);
    }

    /// Takes a failure back.
    pub fn mend(&self, path: &str) {
        self.state().failing.remove(path);
    }

    /// Answers a GET of `path` with the query `query`; `header` gives request headers by their
    /// lower-case names.
    pub fn answer<'a>(
        &self,
        path: &str,
        query: Option<&str>,
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> Answer {
        let answer = self.state().answer(path, query);
        let fresh = match (header("if-none-match"), header("if-modified-since")) {
            // RFC 9110, 13.1.3: who sends both is answered by the entity tag alone.
            (Some(tags), _) => names_tag(tags, &answer.etag),
            (None, Some(since)) => is_unchanged(since, answer.last_modified),
            (None, None) => false,
        };
        if answer.status == 200 && fresh {
            Answer {
                status: 304,
                body: Vec::new(),
                ..answer
            }
        } else {
            answer
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it added an entry left a whole world behind all the same.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&self, path: &str, query: Option<&str>) -> Answer {
        if let Some(status) = self.failing.get(path) {
            return plain(*status, "out of order\n");
        }
        if let Some(page) = self.pages.get(path) {
            return found(&page.content_type, page.body.clone(), None);
        }
        match path {
            "/" => found(
                "text/html; charset=utf-8",
                self.front_page().into_bytes(),
                None,
            ),
            "/robots.txt" => found(
                "text/plain; charset=utf-8",
                include_bytes!("world/robots.txt").to_vec(),
                None,
            ),
            _ => Place::ALL
                .into_iter()
                .find(|place| place.path() == path)
                .and_then(|place| Some((place, self.sites.get(&place)?)))
                .map_or_else(
                    || plain(404, "not found\n"),
                    |(place, site)| match render(place, site, query) {
                        Some(body) => found(place.content_type(), body, Some(site.changed)),
                        None => plain(404, "no such page\n"),
                    },
                ),
        }
    }

    fn front_page(&self) -> String {
        let sites = self.sites.iter();
        let list: String = sites
            .map(|(place, site)| front_link(*place, site))
            .collect();
        format!("<!doctype html>\n<title>A small world</title>\n<ul>\n{list}</ul>\n")
    }
}

fn front_link(place: Place, site: &Site) -> String {
    let about = &site.about;
    let name = match about.product.as_str() {
        "" => about.name.as_str(),
        product => product,
    };
    let (path, name) = (place.path(), feeds::escape(name));
    format!("<li><a href=\"{path}\">{name}</a></li>\n")
}

fn render(place: Place, site: &Site, query: Option<&str>) -> Option<Vec<u8>> {
    match place {
        Place::Forum => Some(feeds::forum(site).into_bytes()),
        Place::Blog => Some(feeds::blog_comments(site).into_bytes()),
        Place::News => Some(feeds::news(site)),
        Place::Agency => Some(feeds::agency(site).into_bytes()),
        Place::Magazine => Some(feeds::magazine(site).into_bytes()),
        Place::Shop | Place::RivalShop => shop::page(site, query).map(String::into_bytes),
    }
}

fn found(content_type: &str, body: Vec<u8>, last_modified: Option<Timestamp>) -> Answer {
    let hash = Sha256::digest(&body);
    let start = hash
        .first_chunk::<8>()
        .map(|bytes| u64::from_be_bytes(*bytes));
    Answer {
        status: 200,
        content_type: content_type.to_owned(),
        etag: format!("\"{:016x}\"", start.unwrap_or_default()),
        last_modified,
        body,
    }
}

fn plain(status: u16, text: &str) -> Answer {
    Answer {
        status,
        content_type: "text/plain; charset=utf-8".to_owned(),
        etag: String::new(),
        last_modified: None,
        body: text.as_bytes().to_vec(),
    }
}

/// Whether `If-None-Match` names the tag, by the weak comparison of RFC 9110, 8.8.3.2.
fn names_tag(header: &str, etag: &str) -> bool {
    !etag.is_empty()
        && header
            .split(',')
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == "*" || tag == etag)
}

fn is_unchanged(since: &str, last_modified: Option<Timestamp>) -> bool {
    let since = DateTime::parse_from_rfc2822(since).ok();
    match (since, last_modified) {
        (Some(since), Some(changed)) => changed.seconds() <= since.timestamp(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T10:00:00Z").unwrap()
    }

    fn get(world: &World, place: Place) -> Answer {
        world.answer(place.path(), None, |_| None)
    }

    #[test]
    fn a_world_is_ten_days_old_and_mostly_of_today() {
        let world = World::new(now());
        let all: Vec<Entry> = Place::ALL
            .into_iter()
            .flat_map(|place| world.items(place))
            .collect();
        assert!((60..=90).contains(&all.len()), "{}", all.len());
        let since = |days: u64| now().minus(Duration::from_hours(24 * days));
        let dates: Vec<Timestamp> = all.iter().filter_map(|entry| entry.published).collect();
        assert_eq!(all.len() - dates.len(), 1, "one is undated");
        assert!(dates.iter().all(|at| *at > since(10) && *at < now()));
        let today = dates.iter().filter(|at| **at > since(1)).count();
        assert!(today * 2 > dates.len(), "{today} of {}", dates.len());
    }

    #[test]
    fn ids_are_unique_and_texts_hold_words() {
        let world = World::new(now());
        for place in Place::ALL {
            let items = world.items(place);
            let mut ids: Vec<&str> = items.iter().map(|entry| entry.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), items.len(), "{place:?}");
            for entry in &items {
                assert!(
                    !entry.text.is_empty() && !entry.author.is_empty(),
                    "{}",
                    entry.id
                );
                assert!(!entry.title.is_empty(), "{}", entry.id);
                let starred = matches!(place, Place::Shop | Place::RivalShop);
                assert_eq!(entry.stars.is_some(), starred, "{}", entry.id);
                let answered = entry.reply_to.as_deref();
                assert!(answered.is_none_or(|id| items.iter().any(|other| other.id == id)));
            }
        }
    }

    #[test]
    fn the_same_moment_makes_the_same_world() {
        for place in Place::ALL {
            let answers = [World::new(now()), World::new(now())].map(|world| get(&world, place));
            assert_eq!(answers[0], answers[1], "{place:?}");
            assert_eq!(answers[0].status, 200);
        }
    }

    #[test]
    fn answers_304_until_something_is_added() {
        let world = World::new(now());
        for place in Place::ALL {
            let first = get(&world, place);
            let changed = first.last_modified.unwrap();
            let date = changed
                .to_chrono()
                .format("%a, %d %b %Y %T GMT")
                .to_string();
            let status = |name: &'static str, value: &str| {
                let header = |asked: &str| (asked == name).then_some(value);
                world.answer(place.path(), None, header).status
            };
            assert_eq!(
                status("if-none-match", &format!("\"x\", W/{}", first.etag)),
                304
            );
            assert_eq!(status("if-none-match", "\"x\""), 200);
            assert_eq!(status("if-modified-since", &date), 304);
            assert_eq!(status("if-modified-since", "yesterday"), 200);
            let old = now().minus(Duration::from_hours(200));
            world.add_item(place, Entry::new("new-1", old, "Una voce nuova"));
            assert_eq!(status("if-none-match", &first.etag), 200);
            assert_eq!(status("if-modified-since", &date), 200);
            let body = String::from_utf8_lossy(&get(&world, place).body).into_owned();
            assert!(body.contains("Una voce nuova"), "{place:?}");
            world.remove_item(place, "new-1");
            let body = String::from_utf8_lossy(&get(&world, place).body).into_owned();
            assert!(!body.contains("Una voce nuova"), "{place:?}");
        }
    }

    #[test]
    fn an_entity_tag_outweighs_a_date() {
        let world = World::new(now());
        let changed = get(&world, Place::Forum).last_modified.unwrap();
        let date = changed.to_chrono().to_rfc2822();
        let answer = world.answer(Place::Forum.path(), None, |name| match name {
            "if-none-match" => Some("\"other\""),
            "if-modified-since" => Some(&date),
            _ => None,
        });
        assert_eq!(answer.status, 200);
    }

    #[test]
    fn serves_what_is_put_there_and_fails_when_told() {
        let world = World::empty(now());
        assert!(world.items(Place::Forum).is_empty());
        let status = |path: &str| world.answer(path, None, |_| None).status;
        assert_eq!(status("/odd.xml"), 404);
        world.put("/odd.xml", "text/xml", "<rss/>");
        let answer = world.answer("/odd.xml", None, |_| None);
        assert_eq!((answer.status, answer.body), (200, b"<rss/>".to_vec()));
        world.fail("/odd.xml", 503);
        assert_eq!(status("/odd.xml"), 503);
        world.mend("/odd.xml");
        assert_eq!(status("/odd.xml"), 200);
        assert_eq!((status("/"), status("/robots.txt")), (200, 200));
    }
}

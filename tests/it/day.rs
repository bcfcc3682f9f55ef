//! A day and a half of polls, in a few seconds: the crawler on the time of the test's runtime, which
//! passes by as soon as nobody works, real HTTP, programs that end and start again. What the sites
//! logged is read by the rules of politeness.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use ascolto::clock::Clock;
use ascolto::config::Config;
use ascolto::model::{Source, Timestamp};
use ascolto::pipeline::Instance;
use ascolto::pipeline::collect::{collect, due};
use ascolto::pipeline::poll::Crawler;

use crate::alerts::at;
use crate::loopback::{Answer, Asked, Site};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// The gap of the settings as they are shipped.
const GAP: Duration = Duration::from_secs(2);

/// How far time goes on at once while something works: little beside all that is waited for.
const TICK: Duration = Duration::from_millis(5);

/// What two clocks may differ by.
const SLACK: Duration = Duration::from_millis(50);

/// The sites, each on an address of its own.
struct Sites {
    forum: Site,
    shop: Site,
    busy: Site,
    repairs: Site,
    broken: Site,
    gone: Site,
    missing: Site,
    moved: Site,
    reddit: Site,
}

fn feed(words: &str) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>T</title><item><guid>{words}</guid><description>\
         A Frigolux says {words}</description></item></channel></rss>"
    )
}

fn atom(words: &str) -> String {
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>T</title><entry><id>t3_{words}</id>\
         <title>Frigolux {words}</title><link href=\"https://www.reddit.com/r/x/comments/{words}/\"/>\
         </entry></feed>"
    )
}

/// A feed that changes every two hours and has validators.
fn forum(asked: &Asked, since: Instant) -> Answer {
    let version = asked.began.duration_since(since).as_secs() / 7_200;
    let (tag, date) = validators(version);
    let headers: &[(&str, &str)] = &[("etag", &tag), ("last-modified", &date)];
    if asked.headers.get("if-none-match") == Some(&tag) {
        return Answer::new(304, headers, "");
    }
    Answer::new(200, headers, feed(&format!("{} {version}", asked.path)))
}

fn validators(version: u64) -> (String, String) {
    let date = format!("Sat, 21 Nov 2026 {version:02}:00:00 GMT");
    (format!("W/\"{version}\""), date)
}

impl Sites {
    async fn serve() -> Self {
        let since = tokio::time::Instant::now().into_std();
        let serve = |last: u8| format!("127.7.7.{last}");
        Self {
            forum: Site::serve(&serve(1), move |asked| forum(asked, since)).await,
            shop: Site::serve(&serve(2), |asked| match asked.path.as_str() {
                "/robots.txt" => Answer::ok("user-agent: *\ncrawl-delay: 10\ndisallow: /private\n"),
                _ => Answer::ok("<html><p class=r>A Frigolux on a page</p></html>"),
            })
            .await,
            busy: Site::serve(&serve(3), |asked| match asked.number {
                4 => Answer::new(429, &[("retry-after", "7200")], ""),
                _ => Answer::ok(feed(&asked.number.to_string())),
            })
            .await,
            repairs: Site::serve(&serve(4), |asked| match asked.number {
                0 | 1 => Answer::new(503, &[("retry-after", "5400")], ""),
                _ => Answer::ok(feed("again")),
            })
            .await,
            broken: Site::serve(&serve(5), |_| Answer::new(500, &[], "")).await,
            gone: Site::serve(&serve(6), |_| Answer::new(410, &[], "")).await,
            missing: Site::serve(&serve(7), |_| Answer::new(404, &[], "")).await,
            moved: Site::serve(&serve(8), |asked| match asked.path.as_str() {
                "/old" => Answer::redirect(301, "/new"),
                "/today" => Answer::redirect(302, "/elsewhere"),
                path => Answer::ok(feed(path)),
            })
            .await,
            reddit: Site::serve(&serve(9), |asked| {
                Answer::ok(atom(&asked.number.to_string()))
            })
            .await,
        }
    }

    fn settings(&self) -> String {
        let mut text =
            "timezone = \"Europe/Rome\"\n[fetch]\nallow_private = [\"127.7.0.0/16\"]\n\n"
                .to_owned();
        let mut add =
            |name: &str, kind: &str, url: (&str, &Site, &str), every: &str, more: &str| {
                let (key, site, path) = url;
                let url = site.url(path);
                write!(
                    text,
                    "[[source]]\nname = \"{name}\"\nkind = \"{kind}\"\n{key} = \"{url}\"\n\
                 every = \"{every}\"\n{more}\n"
                )
                .unwrap();
            };
        let page = "item = \"p.r\"\n";
        add("forum-a", "feed", ("url", &self.forum, "/a"), "15m", "");
        add("forum-b", "feed", ("url", &self.forum, "/b"), "15m", "");
        add("shop-a", "page", ("url", &self.shop, "/a"), "2h", page);
        add("shop-b", "page", ("url", &self.shop, "/b"), "2h", page);
        add(
            "shop-c",
            "page",
            ("url", &self.shop, "/private"),
            "2h",
            page,
        );
        add("busy-a", "feed", ("url", &self.busy, "/a"), "20m", "");
        add("busy-b", "feed", ("url", &self.busy, "/b"), "20m", "");
        add("repairs", "feed", ("url", &self.repairs, "/"), "10m", "");
        add("broken", "feed", ("url", &self.broken, "/"), "5m", "");
        add("gone", "feed", ("url", &self.gone, "/"), "5m", "");
        add("missing", "feed", ("url", &self.missing, "/"), "1h", "");
        add("moved", "feed", ("url", &self.moved, "/old"), "3h", "");
        add("today", "feed", ("url", &self.moved, "/today"), "3h", "");
        for (name, subreddit) in [("reddit-a", "italy"), ("reddit-b", "casa")] {
            let more = format!("enabled = true\nsubreddits = [\"{subreddit}\"]\n");
            add(name, "reddit", ("api", &self.reddit, "/"), "2h", &more);
        }
        text
    }
}

/// The instance, and the time of the runtime as its clock.
struct Day<'a> {
    folder: &'a Path,
    clock: Clock,
    start: Timestamp,
    begun: tokio::time::Instant,
}

impl Day<'_> {
    fn set_clock(&self) {
        self.clock.set(self.start.plus(self.begun.elapsed()));
    }

    /// A program that has just started.
    fn started(&self) -> (Crawler, Vec<Source>) {
        let (config, problems) = Config::open(self.folder).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let instance = Instance::new(config, self.clock.clone());
        let sources = instance.config.sources.clone();
        (instance.crawler().unwrap(), sources)
    }

    /// Does some work while time goes on in small steps.
    async fn pass<T>(&self, work: impl Future<Output = T>) -> T {
        let ticking = async {
            loop {
                self.set_clock();
                tokio::time::sleep(TICK).await;
            }
        };
        tokio::select! {
            done = work => done,
            () = ticking => unreachable!("it ticks for ever"),
        }
    }

    /// Polls what is due, one program after the other, for so long.
    async fn polls(&self, programs: u32, each: Duration) {
        for number in 0..programs {
            let end = self.start.plus(each * (number + 1));
            let (crawler, sources) = self.started();
            loop {
                self.set_clock();
                let now = self.clock.now();
                let store = ascolto::store::Store::open(&self.folder.join("index")).unwrap();
                let states = store.source_states().unwrap();
                let due = due(&sources, &states, now);
                if due.is_empty() {
                    let next = states.iter().filter_map(|state| state.next).min().unwrap();
                    let next = next.min(end);
                    tokio::time::advance(next.since(now)).await;
                    if next == end {
                        break;
                    }
                    continue;
                }
                self.pass(collect(&crawler, due, &mut |_| {}))
                    .await
                    .unwrap();
            }
        }
    }
}

/// The time between the end of each request and the beginning of the next, or between beginnings.
fn pauses(asked: &[Asked]) -> Vec<Duration> {
    asked
        .windows(2)
        .map(|pair| {
            pair[1]
                .began
                .saturating_duration_since(pair[0].ended.unwrap())
        })
        .collect()
}

fn of<'a>(asked: &'a [Asked], path: &str) -> Vec<&'a Asked> {
    asked
        .iter()
        .filter(|asked| asked.path.starts_with(path))
        .collect()
}

#[track_caller]
fn one_at_a_time(site: &Site, gap: Duration) {
    let asked = site.asked();
    for pair in asked.windows(2) {
        let ended = pair[0].ended.unwrap();
        let (first, second) = (&pair[0].path, &pair[1].path);
        assert!(pair[1].began >= ended, "{second} beside {first}");
        let pause = pair[1].began.duration_since(ended);
        assert!(pause + SLACK >= gap, "{first}, {second}: {pause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_and_a_half_of_requests_keep_to_the_rules() {
    const PROGRAMS: u32 = 6;
    let sites = Sites::serve().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("watchlists")).unwrap();
    std::fs::write(folder.path().join("ascolto.toml"), sites.settings()).unwrap();
    let watchlist = "name = \"Frigolux\"\nquery = 'frigolux'\n";
    std::fs::write(folder.path().join("watchlists/f.toml"), watchlist).unwrap();
    let start = at("2026-11-20T06:00:00Z");
    let day = Day {
        folder: folder.path(),
        clock: Clock::fixed(start),
        start,
        begun: tokio::time::Instant::now(),
    };
    day.polls(PROGRAMS, 6 * HOUR).await;

    // One request at a time, with a gap; an honest name.
    for site in [&sites.forum, &sites.busy, &sites.moved, &sites.repairs] {
        one_at_a_time(site, GAP);
    }
    for asked in sites.forum.asked().iter().chain(&sites.shop.asked()) {
        let agent = &asked.headers["user-agent"];
        assert!(agent.starts_with("ascolto/"), "{agent}");
    }
    rhythm_and_validators(&sites.forum);
    robots(&sites.shop, PROGRAMS);
    waits(&sites);
    patience(&sites);
    moves(&sites.moved);

    // Reddit: a minute and a half between any two requests, whoever asks and whenever it started.
    let reddit = sites.reddit.asked();
    assert!(reddit.len() >= 30, "{}", reddit.len());
    one_at_a_time(&sites.reddit, 90 * SECOND);
}

/// Each feed when it is due and not all at the same minute; both validators, as they came.
fn rhythm_and_validators(forum: &Site) {
    let asked = forum.asked();
    for path in ["/a", "/b"] {
        let asked = of(&asked, path);
        assert!(asked.len() > 120, "{path}: {}", asked.len());
        let mut spans = Vec::new();
        for pair in asked.windows(2) {
            let span = pair[1].began.duration_since(pair[0].began);
            let most = 15 * MINUTE + 90 * SECOND + GAP * 2;
            assert!(span + SLACK >= 15 * MINUTE && span < most, "{span:?}");
            spans.push(span.as_secs());
            let version = pair[0].began.duration_since(asked[0].began).as_secs() / 7_200;
            let sent = &pair[1].headers;
            // Neighbouring requests may lie on either side of a change by some seconds.
            let known: Vec<_> = [version, version + 1].map(validators).into();
            let (tag, date) = (&sent["if-none-match"], &sent["if-modified-since"]);
            assert!(known.contains(&(tag.clone(), date.clone())), "{tag} {date}");
        }
        assert_eq!(asked[0].headers.get("if-none-match"), None);
        spans.sort_unstable();
        spans.dedup();
        assert!(spans.len() > 20, "the rhythm drifts: {spans:?}");
    }
}

/// robots.txt once a day and program, before all else; what it forbids is not asked; its delay.
fn robots(shop: &Site, programs: u32) {
    let asked = shop.asked();
    assert_eq!(asked[0].path, "/robots.txt");
    let read = of(&asked, "/robots.txt").len();
    assert!(read <= usize::try_from(programs).unwrap(), "{read}");
    assert!(of(&asked, "/private").is_empty());
    assert!(of(&asked, "/a").len() > 14 && of(&asked, "/b").len() > 14);
    one_at_a_time(shop, 10 * SECOND);
}

/// `Retry-After` of a 429 and of a 503, for all sources of the host, and over a new start.
fn waits(sites: &Sites) {
    for (site, answers, wait) in [
        (&sites.busy, vec![4], 7_200),
        (&sites.repairs, vec![0, 1], 5_400),
    ] {
        let pauses = pauses(&site.asked());
        for number in answers {
            let pause = pauses[number];
            assert!(pause + SLACK >= wait * SECOND, "{wait}: {pause:?}");
        }
        assert!(pauses.len() > 50, "it was read again: {}", pauses.len());
    }
}

/// What fails is asked less and less, never at a fixed beat, and never given up; 410 stops at
/// once, 404 waits.
fn patience(sites: &Sites) {
    for (site, most) in [(&sites.broken, 30), (&sites.missing, 30)] {
        let mut pauses = pauses(&site.asked());
        assert!((3..most).contains(&pauses.len()), "{pauses:?}");
        let half = pauses.len() / 2;
        let sum = |pauses: &[Duration]| pauses.iter().sum::<Duration>();
        let (early, late) = (sum(&pauses[..half]), sum(&pauses[half..]));
        assert!(late > early * 2, "they grow: {pauses:?}");
        pauses.sort_unstable();
        pauses.dedup();
        assert!(pauses.len() >= half * 2, "no beat: {pauses:?}");
    }
    let gone = sites.gone.asked();
    assert!(gone.len() <= 3, "{}", gone.len());
    assert!(pauses(&gone).iter().all(|pause| *pause >= 12 * HOUR));
}

/// A permanent redirect is believed when it was seen a day apart, another never.
fn moves(site: &Site) {
    let asked = site.asked();
    let first = asked[0].began;
    let old = of(&asked, "/old");
    let last = old.last().unwrap().began.duration_since(first);
    assert!((24 * HOUR..28 * HOUR).contains(&last), "{last:?}");
    let new = of(&asked, "/new");
    assert!(new.len() > old.len() + 1, "{} {}", new.len(), old.len());
    assert_eq!(of(&asked, "/today").len(), of(&asked, "/elsewhere").len());
    assert!(of(&asked, "/today").len() > 10);
}

//! Sites as feeds, each in the dialect of the software that such sites run on.

use chrono_tz::Europe::Rome;
use serde_json::json;

use super::site::{Entry, Site};
use crate::model::Timestamp;

/// A forum: RSS 2.0 with the author in `dc:creator`, replies by RFC 4685.
pub(super) fn forum(site: &Site) -> String {
    let items: String = site.entries.iter().map(|entry| post(site, entry)).collect();
    rss(site, "UTF-8", &escape(&site.about.name), &items)
}

fn post(site: &Site, entry: &Entry) -> String {
    let id = escape(&entry.id);
    let (link, reply) = match &entry.reply_to {
        Some(parent) => {
            let thread = format!("{}/t/{}", site.about.home, escape(parent));
            let reply = format!("<thr:in-reply-to ref=\"{thread}\" href=\"{thread}\"/>\n");
            (format!("{thread}#p{id}"), reply)
        }
        None => (format!("{}/t/{id}", site.about.home), String::new()),
    };
    format!(
        "<item>\n<title>{}</title>\n<link>{link}</link>\n{}<dc:creator>{}</dc:creator>\n\
         {}{reply}<description>{}</description>\n</item>\n",
        escape(&entry.title),
        guid(entry, &link, true),
        escape(&entry.author),
        published(entry),
        escape(&html(entry)),
    )
}

/// The comments of a blog, as WordPress has them: the words twice, plain and as HTML.
pub(super) fn blog_comments(site: &Site) -> String {
    let comments = site.entries.iter().map(|entry| comment(site, entry));
    let items: String = comments.collect();
    let title = format!("Commenti per {}", escape(&site.about.name));
    rss(site, "UTF-8", &title, &items)
}

fn comment(site: &Site, entry: &Entry) -> String {
    let link = format!("{}{}#comment-{}", site.about.home, entry.page(), entry.id);
    let link = escape(&link);
    format!(
        "<item>\n<title>\n\t\tCommenti su {} di {}\t</title>\n<link>{link}</link>\n\
         <dc:creator>{}</dc:creator>\n{}{}<description>{}</description>\n\
         <content:encoded>{}</content:encoded>\n</item>\n",
        escape(&entry.title),
        escape(&entry.author),
        cdata(&entry.author),
        published(entry),
        guid(entry, &link, false),
        cdata(&entry.text),
        cdata(&html(entry)),
    )
}

/// A newspaper: Windows-1252, with HTML's entities and bare ampersands, which XML forbids.
pub(super) fn news(site: &Site) -> Vec<u8> {
    let articles = site.entries.iter().map(|entry| article(site, entry));
    let items: String = articles.collect();
    let feed = rss(site, "windows-1252", &site.about.name, &items);
    // What the charset lacks becomes a character reference.
    encoding_rs::WINDOWS_1252.encode(&feed).0.into_owned()
}

fn article(site: &Site, entry: &Entry) -> String {
    let link = format!("{}{}", site.about.home, entry.page());
    let description = escape(&html(entry))
        .replace('è', "&egrave;")
        .replace('à', "&agrave;");
    format!(
        "<item>\n<title>{}</title>\n<link>{link}?utm_source=rss</link>\n{}\
         <dc:creator>{}</dc:creator>\n{}<description>{description}</description>\n</item>\n",
        entry.title,
        guid(entry, &link, false),
        escape(&entry.author),
        published(entry),
    )
}

/// A press agency: Atom (RFC 4287).
pub(super) fn agency(site: &Site) -> String {
    let about = &site.about;
    let releases = site.entries.iter().map(|entry| release(site, entry));
    let entries: String = releases.collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <title>{}</title>\n<link href=\"{}/\"/>\n<id>{}</id>\n<updated>{}</updated>\n\
         {entries}</feed>\n",
        about.language,
        escape(&about.name),
        about.home,
        tag(site, "feed"),
        site.changed,
    )
}

fn release(site: &Site, entry: &Entry) -> String {
    let at = entry.published.unwrap_or(site.changed);
    format!(
        "<entry>\n<title>{}</title>\n<link href=\"{}{}\"/>\n<id>{}</id>\n\
         <published>{at}</published>\n<updated>{at}</updated>\n\
         <author><name>{}</name></author>\n<content type=\"html\">{}</content>\n</entry>\n",
        escape(&entry.title),
        site.about.home,
        escape(&entry.page()),
        tag(site, &entry.id),
        escape(&entry.author),
        escape(&html(entry)),
    )
}

/// A `tag:` URI (RFC 4151) of something on a site.
fn tag(site: &Site, id: &str) -> String {
    let host = site.about.home.trim_start_matches("https://");
    format!("tag:{host},2026:{}", escape(id))
}

/// A magazine: JSON Feed 1.1.
pub(super) fn magazine(site: &Site) -> String {
    let about = &site.about;
    let items: Vec<_> = site
        .entries
        .iter()
        .map(|entry| {
            let mut item = json!({
                "id": entry.id,
                "url": format!("{}{}", about.home, entry.page()),
                "title": entry.title,
                "content_html": html(entry),
                "authors": [{ "name": entry.author }],
            });
            if let Some(at) = entry.published {
                item["date_published"] = json!(at);
            }
            item
        })
        .collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": about.name,
        "home_page_url": about.home,
        "language": about.language,
        "items": items,
    });
    format!("{feed:#}\n")
}

/// An RSS 2.0 document around items; the title is written as it stands.
fn rss(site: &Site, charset: &str, title: &str, items: &str) -> String {
    let about = &site.about;
    format!(
        "<?xml version=\"1.0\" encoding=\"{charset}\"?>\n\
         <rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:thr=\"http://purl.org/syndication/thread/1.0\">\n<channel>\n\
         <title>{title}</title>\n<link>{}</link>\n<description>{title}</description>\n\
         <language>{}</language>\n<lastBuildDate>{}</lastBuildDate>\n{items}\
         </channel>\n</rss>\n",
        about.home,
        about.language,
        mail_date(site.changed),
    )
}

fn guid(entry: &Entry, link: &str, is_link: bool) -> String {
    if entry.without_id {
        return String::new();
    }
    format!("<guid isPermaLink=\"{is_link}\">{link}</guid>\n")
}

fn published(entry: &Entry) -> String {
    entry.published.map_or_else(String::new, |at| {
        format!("<pubDate>{}</pubDate>\n", mail_date(at))
    })
}

/// RFC 822's form of a date, in Italian time, as an Italian server writes it.
fn mail_date(at: Timestamp) -> String {
    at.to_chrono().with_timezone(&Rome).to_rfc2822()
}

/// The words as HTML: a paragraph for each run of lines.
pub(super) fn html(entry: &Entry) -> String {
    if entry.markup {
        return entry.text.clone();
    }
    paragraphs(&entry.text)
}

/// Plain text as HTML paragraphs.
pub(super) fn paragraphs(text: &str) -> String {
    text.split("\n\n")
        .map(|paragraph| escape(paragraph.trim()))
        .filter(|paragraph| !paragraph.is_empty())
        .flat_map(|paragraph| ["<p>", &paragraph, "</p>\n"].map(str::to_owned))
        .collect()
}

/// Text for XML and HTML, in elements and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// Text as a CDATA section, cut where it holds the section's end.
fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

#[cfg(test)]
mod tests {
    use feed_rs::model::Feed;

    use super::*;
    use crate::demo::{Place, World};

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T10:00:30.5Z").unwrap()
    }

    fn body(place: Place) -> Vec<u8> {
        World::new(now()).answer(place.path(), None, |_| None).body
    }

    fn read(place: Place) -> Feed {
        feed_rs::parser::parse(body(place).as_slice()).unwrap()
    }

    #[test]
    fn feeds_hold_every_entry_in_its_order_and_none_of_the_future() {
        let world = World::new(now());
        for place in [Place::Forum, Place::Blog, Place::Agency, Place::Magazine] {
            let feed = read(place);
            let entries = world.items(place);
            assert_eq!(feed.entries.len(), entries.len(), "{place:?}");
            for (read, entry) in feed.entries.iter().zip(&entries) {
                let published = entry.published.unwrap();
                assert!(published < now());
                let shown = read.published.unwrap().timestamp();
                assert_eq!(shown, published.seconds(), "{place:?} {}", entry.id);
                assert!(read.id.contains(&entry.id), "{place:?} {}", read.id);
                let author = read
                    .authors
                    .first()
                    .and_then(|person| person.name.as_deref());
                assert_eq!(author, Some(entry.author.as_str()), "{place:?}");
                assert!(read.title.as_ref().unwrap().content.contains(&entry.title));
                assert!(read.links.first().unwrap().href.starts_with("https://"));
            }
        }
    }

    #[test]
    fn entries_without_a_path_have_addresses_of_their_own() {
        for place in [Place::Forum, Place::Blog, Place::Agency, Place::Magazine] {
            let world = World::empty(now());
            for id in ["n1", "n2"] {
                world.add_item(place, Entry::new(id, now(), "Una voce"));
            }
            let body = world.answer(place.path(), None, |_| None).body;
            let feed = feed_rs::parser::parse(body.as_slice()).unwrap();
            let links: Vec<&str> = feed
                .entries
                .iter()
                .map(|entry| entry.links[0].href.as_str())
                .collect();
            assert!(links.len() == 2 && links[0] != links[1], "{links:?}");
        }
    }

    #[test]
    fn a_comment_keeps_its_hostile_markup() {
        let feed = read(Place::Blog);
        let comment = feed.entries.iter().find(|entry| entry.id.ends_with("2285"));
        let content = comment.unwrap().content.as_ref().unwrap();
        let html = content.body.as_deref().unwrap();
        for part in ["<script>", "=HYPERLINK(", "\u{202e}", "&#27;[31m ]]&gt;"] {
            assert!(html.contains(part), "{part}");
        }
    }

    #[test]
    fn replies_name_what_they_answer() {
        let feed = String::from_utf8(body(Place::Forum)).unwrap();
        assert!(feed.contains("<link>https://forum.casaeguai.example/t/48229#p48233</link>"));
        assert!(feed.contains("href=\"https://forum.casaeguai.example/t/48229\"/>"));
    }

    #[test]
    fn the_newspaper_has_the_flaws_of_newspapers() {
        let bytes = body(Place::News);
        assert!(std::str::from_utf8(&bytes).is_err(), "not UTF-8");
        let text = encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned();
        let items: Vec<&str> = text.split("<item>").skip(1).collect();
        let lacking = |tag: &str| items.iter().filter(|item| !item.contains(tag)).count();
        assert_eq!((lacking("<guid"), lacking("<pubDate")), (1, 1));
        for part in [" & ", "&egrave;", "&agrave;", "Kova&#269;", "windows-1252"] {
            assert!(text.contains(part), "{part}");
        }
        let repaired = text
            .replace("windows-1252", "utf-8")
            .replace(" & ", " &amp; ")
            .replace("&amp;#", "&#")
            .replace("&egrave;", "è")
            .replace("&agrave;", "à");
        let feed = feed_rs::parser::parse(repaired.as_bytes()).unwrap();
        assert_eq!(feed.entries.len(), items.len());
    }

    #[test]
    fn escapes_and_cuts_what_would_end_its_frame() {
        assert_eq!(
            escape("<a href=\"x\">&"),
            "&lt;a href=&quot;x&quot;&gt;&amp;"
        );
        assert_eq!(cdata("a]]>b"), "<![CDATA[a]]]]><![CDATA[>b]]>");
        assert_eq!(paragraphs("a\n\n\n<b\n"), "<p>a</p>\n<p>&lt;b</p>\n");
    }
}

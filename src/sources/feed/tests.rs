//! What feeds mean, one fact at a time.

use bytes::Bytes;
use proptest::prelude::{any, proptest};
use url::Url;

use crate::model::{Item, ItemKind, Response};
use crate::sources::{Page, ParseError};

use super::read;

const ADDRESS: &str = "https://feeds.example/dir/feed.xml";

fn parse(body: impl Into<Vec<u8>>) -> Result<Page, ParseError> {
    read(&Response {
        status: 200,
        headers: Vec::new(),
        body: Bytes::from(body.into()),
        url: Url::parse(ADDRESS).unwrap(),
    })
}

fn only(body: &str) -> Item {
    let mut items = parse(body).unwrap().items;
    assert_eq!(items.len(), 1, "{body}");
    items.remove(0)
}

const SPACES: &str = "xmlns:dc='http://purl.org/dc/elements/1.1/' \
    xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:atom='http://www.w3.org/2005/Atom' \
    xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/DTDs/Podcast-1.0.dtd' \
    xmlns:thr='http://purl.org/syndication/thread/1.0' xmlns:dcterms='http://purl.org/dc/terms/'";

/// An item of RSS 2.0 that holds `inner`.
fn rss(inner: &str) -> Item {
    only(&format!(
        "<rss version='2.0' {SPACES}><channel><title>C</title><item>{inner}</item></channel></rss>"
    ))
}

/// An entry of Atom 1.0 that holds `inner`.
fn atom(inner: &str) -> Item {
    only(&format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' {SPACES}><title>F</title><entry>{inner}</entry></feed>"
    ))
}

#[test]
fn titles() {
    for (inner, title) in [
        ("<title>Plain</title>", "Plain"),
        ("<title> On\n two  lines </title>", "On two lines"),
        ("<title>Rock &amp; Roll</title>", "Rock & Roll"),
        ("<title>Rock &amp;amp; Roll</title>", "Rock & Roll"),
        ("<title>AT&T</title>", "AT&T"),
        (
            "<title><![CDATA[a <b>bold</b> &eacute; claim]]></title>",
            "a bold é claim",
        ),
        (
            "<title>History of the &lt;blink&gt; tag</title>",
            "History of the <blink> tag",
        ),
        ("<title>1 &lt; 2</title>", "1 < 2"),
        (
            "<title>caff&egrave; &ldquo;freddo&rdquo; &#8211; &#x2019;</title>",
            "caffè “freddo” – ’",
        ),
        ("<title>&nosuch; &</title>", "&nosuch; &"),
        ("<title><b>unescaped</b> markup</title>", "unescaped markup"),
        ("<title/><dc:title>Dublin</dc:title>", "Dublin"),
        ("<media:title>Media</media:title>", "Media"),
        (
            "<media:group><media:title>Group</media:title></media:group>",
            "Group",
        ),
        ("<media:title>Media</media:title><title>Own</title>", "Own"),
        ("<TITLE>Loud</TITLE>", "Loud"),
        ("<title>a<!-- hidden -->b</title>", "ab"),
        ("<title>\u{202e}x\u{7}y</title>", "xy"),
    ] {
        assert_eq!(rss(inner).title.as_deref(), Some(title), "{inner}");
    }
    for (inner, title) in [
        ("<title>Less: &lt;</title>", "Less: <"),
        ("<title type='text'>1 &lt; 2 &amp; 3</title>", "1 < 2 & 3"),
        (
            "<title type='html'>&lt;em&gt;so&lt;/em&gt; &amp;lt; so</title>",
            "so < so",
        ),
        ("<title type='html'><![CDATA[<em>so</em>]]></title>", "so"),
        (
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>so <em>much</em> &lt; so</div></title>",
            "so much < so",
        ),
        (
            "<title type='xhtml' xmlns:x='http://www.w3.org/1999/xhtml'><x:div>so <x:b>much</x:b></x:div></title>",
            "so much",
        ),
        (
            "<title type='text/html' mode='escaped'>&lt;b&gt;old&lt;/b&gt;</title>",
            "old",
        ),
        (
            "<title type='application/xhtml+xml' mode='xml'><b>old</b></title>",
            "old",
        ),
        (
            "<title mode='base64' type='text/html'>RXhhbXBsZSA8Yj50ZXN0PC9iPg==</title>",
            "Example test",
        ),
        (
            "<title type='nonsense'>&lt;b&gt;guess&lt;/b&gt;</title>",
            "guess",
        ),
        ("<atom:title>prefixed</atom:title>", "prefixed"),
    ] {
        assert_eq!(atom(inner).title.as_deref(), Some(title), "{inner}");
    }
    assert_eq!(
        rss("<title> </title><link>https://a.example/</link>").title,
        None
    );
}

#[test]
fn texts() {
    for (inner, text) in [
        ("<description>plain</description>", "plain"),
        (
            "<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description>",
            "One\n\nTwo",
        ),
        (
            "<description><![CDATA[<p>One<br>Two]]></description>",
            "One\nTwo",
        ),
        (
            "<description><p>un</p><p>escaped</p></description>",
            "un\n\nescaped",
        ),
        (
            "<description>a &amp;amp; b &lt;script&gt;no()&lt;/script&gt;</description>",
            "a & b",
        ),
        (
            "<description>short</description><content:encoded><![CDATA[<p>long</p>]]></content:encoded>",
            "long",
        ),
        (
            "<description>short</description><content:encoded> </content:encoded>",
            "short",
        ),
        ("<itunes:summary>episode</itunes:summary>", "episode"),
        ("<dc:description>dublin</dc:description>", "dublin"),
        (
            "<media:description type='html'>&lt;i&gt;media&lt;/i&gt;</media:description>",
            "media",
        ),
        ("<atom:summary>summary</atom:summary>", "summary"),
        (
            "<body xmlns='http://www.w3.org/1999/xhtml'><p>body</p></body><description>short</description>",
            "body",
        ),
        ("<description>two\nlines</description>", "two\nlines"),
    ] {
        assert_eq!(rss(inner).text, text, "{inner}");
    }
    for (inner, text) in [
        ("<summary>s</summary><content>c</content>", "c"),
        ("<summary>s</summary>", "s"),
        ("<content type='html'>&lt;p&gt;c&lt;/p&gt;</content>", "c"),
        (
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>a</p><p>b <br/>c</p></div></content>",
            "a\n\nb\nc",
        ),
        ("<content type='text/plain'>a &lt; b</content>", "a < b"),
        (
            "<content type='application/octet-stream'>RXhhbXBsZSA8Yj50ZXN0PC9iPg==</content>",
            "Example test",
        ),
        (
            "<content type='image/png'>iVBORw0KGgo=</content><summary>picture</summary>",
            "picture",
        ),
        (
            "<content type='application/xml'><note>Hi</note></content>",
            "Hi",
        ),
        (
            "<content src='https://a.example/c.txt' type='text/plain'/><summary>s</summary>",
            "s",
        ),
        (
            "<content type='nonsense'>&lt;p&gt;x&lt;/p&gt;</content>",
            "x",
        ),
        (
            "<media:group><media:description>video</media:description></media:group>",
            "video",
        ),
    ] {
        assert_eq!(atom(inner).text, text, "{inner}");
    }
}

#[test]
fn links_and_ids_of_rss() {
    let cases: &[(&str, Option<&str>, Option<&str>)] = &[
        (
            "<link>https://a.example/1</link>",
            Some("https://a.example/1"),
            None,
        ),
        (
            "<link> <![CDATA[https://a.example/1?a=1&b=2]]> </link>",
            Some("https://a.example/1?a=1&b=2"),
            None,
        ),
        (
            "<link>https://a.example/1?a=1&b=2&copy=3</link>",
            Some("https://a.example/1?a=1&b=2&copy=3"),
            None,
        ),
        (
            "<link>1.html</link>",
            Some("https://feeds.example/dir/1.html"),
            None,
        ),
        (
            "<guid>https://a.example/g</guid>",
            Some("https://a.example/g"),
            Some("https://a.example/g"),
        ),
        (
            "<guid isPermaLink='false'>https://a.example/g</guid>",
            None,
            Some("https://a.example/g"),
        ),
        (
            "<guid isPermaLink='true'> https://a.example/g </guid>",
            Some("https://a.example/g"),
            Some("https://a.example/g"),
        ),
        (
            "<guid>tag:x,1</guid><link>https://a.example/1</link>",
            Some("https://a.example/1"),
            Some("tag:x,1"),
        ),
        ("<guid>plain words</guid>", None, Some("plain words")),
        (
            "<atom:link rel='alternate' href='https://a.example/1'/><title>t</title>",
            Some("https://a.example/1"),
            None,
        ),
        (
            "<atom:link rel='self' href='/s'/><link>https://a.example/1</link>",
            Some("https://a.example/1"),
            None,
        ),
        (
            "<title>t</title><enclosure url='/a.mp3' type='audio/mpeg' length='1'/>",
            Some("https://feeds.example/a.mp3"),
            None,
        ),
        (
            "<link>javascript:alert(1)</link><title>t</title>",
            None,
            None,
        ),
        (
            "<link>https://www.google.com/url?q=https%3A%2F%2Fa.example%2F1&amp;sa=D</link>",
            Some("https://a.example/1"),
            None,
        ),
    ];
    for (inner, url, id) in cases {
        let item = rss(&format!("<title>t</title>{inner}"));
        assert_eq!(item.url.as_deref(), *url, "{inner}");
        assert_eq!(item.native_id.as_deref(), *id, "{inner}");
        assert_eq!(item.permalink, url.is_some(), "{inner}");
    }
}

#[test]
fn links_and_ids_of_atom() {
    let cases: &[(&str, Option<&str>, Option<&str>)] = &[
        (
            "<link href='https://a.example/1'/>",
            Some("https://a.example/1"),
            None,
        ),
        (
            "<link rel='' href='/1'/>",
            Some("https://feeds.example/1"),
            None,
        ),
        (
            "<link rel='http://www.iana.org/assignments/relation/alternate' href='/1'/>",
            Some("https://feeds.example/1"),
            None,
        ),
        (
            "<link rel='alternate' type='application/json' href='/j'/><link rel='alternate' type='text/html' href='/h'/>",
            Some("https://feeds.example/h"),
            None,
        ),
        (
            "<link rel='related' href='/r'/><link rel='alternate' href='/a'/>",
            Some("https://feeds.example/a"),
            None,
        ),
        (
            "<link rel='via' href='/v'/>",
            Some("https://feeds.example/v"),
            None,
        ),
        (
            "<link rel='edit' href='/e'/>",
            Some("https://feeds.example/e"),
            None,
        ),
        (
            "<id>https://a.example/i</id>",
            Some("https://a.example/i"),
            Some("https://a.example/i"),
        ),
        (
            "<id>urn:uuid:1</id><content src='/c.txt'/>",
            Some("https://feeds.example/c.txt"),
            Some("urn:uuid:1"),
        ),
        (
            "<link rel='enclosure' href='/e.mp3'/>",
            Some("https://feeds.example/e.mp3"),
            None,
        ),
        (
            "<link xml:base='https://b.example/x/' href='1'/>",
            Some("https://b.example/x/1"),
            None,
        ),
    ];
    for (inner, url, id) in cases {
        let item = atom(&format!("<title>t</title>{inner}"));
        assert_eq!(item.url.as_deref(), *url, "{inner}");
        assert_eq!(item.native_id.as_deref(), *id, "{inner}");
    }
}

#[test]
fn bases_nest() {
    let item = only(
        "<feed xml:base='https://b.example/a/' xmlns='http://www.w3.org/2005/Atom'>\
         <entry xml:base='../e/'><title>t</title><link href='1'/></entry></feed>",
    );
    assert_eq!(item.url.as_deref(), Some("https://b.example/e/1"));
    let item = only(
        "<rss><channel><link>https://site.example/news/</link><item><title>t</title><link>1</link></item></channel></rss>",
    );
    assert_eq!(item.url.as_deref(), Some("https://site.example/news/1"));
    let item = only(
        "<rss xml:base='https://b.example/'><channel><link>https://site.example/</link><item><link>1</link></item></channel></rss>",
    );
    assert_eq!(item.url.as_deref(), Some("https://b.example/1"));
}

#[test]
fn authors() {
    for (inner, name) in [
        (
            "<author>lia@example.com (Lia Rossi)</author>",
            Some("Lia Rossi"),
        ),
        ("<author>Lia Rossi</author>", Some("Lia Rossi")),
        (
            "<dc:creator>Lia</dc:creator><author>x@example.com</author>",
            Some("Lia"),
        ),
        (
            "<dc:creator>Lia</dc:creator><dc:creator>Leo</dc:creator>",
            Some("Lia, Leo"),
        ),
        (
            "<atom:author><atom:name>Lia</atom:name></atom:author>",
            Some("Lia"),
        ),
        ("<author><name>Lia</name></author>", Some("Lia")),
        ("<itunes:author>Lia</itunes:author>", Some("Lia")),
        (
            "<media:credit role='author'>Lia</media:credit>",
            Some("Lia"),
        ),
        ("<media:credit role='photographer'>Ugo</media:credit>", None),
        ("<author/>", None),
        ("<title>no author</title>", None),
    ] {
        assert_eq!(
            rss(&format!("<title>t</title>{inner}"))
                .author
                .name
                .as_deref(),
            name,
            "{inner}"
        );
    }
    for (inner, name) in [
        (
            "<author><name>Lia</name><uri>https://lia.example/</uri></author>",
            Some("Lia"),
        ),
        (
            "<author><email>lia@example.com</email></author>",
            Some("lia@example.com"),
        ),
        (
            "<author><name>Lia</name></author><author><name>Leo</name></author>",
            Some("Lia, Leo"),
        ),
        (
            "<source><author><name>Lia</name></author></source>",
            Some("Lia"),
        ),
        ("<contributor><name>Ugo</name></contributor>", None),
        ("<author><uri>https://lia.example/</uri></author>", None),
    ] {
        assert_eq!(
            atom(&format!("<title>t</title>{inner}"))
                .author
                .name
                .as_deref(),
            name,
            "{inner}"
        );
    }
    let item = only(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>t</title></entry><author><name>Later</name></author></feed>",
    );
    assert_eq!(item.author.name.as_deref(), Some("Later"));
}

#[test]
fn dates() {
    for (inner, at) in [
        (
            "<pubDate>Fri, 20 Nov 2026 07:12:00 GMT</pubDate>",
            Some("2026-11-20T07:12:00Z"),
        ),
        (
            "<dc:date>2026-11-20T08:12:00+01:00</dc:date>",
            Some("2026-11-20T07:12:00Z"),
        ),
        (
            "<dcterms:issued>2026-11-20</dcterms:issued>",
            Some("2026-11-20T00:00:00Z"),
        ),
        (
            "<atom:updated>2026-11-20T07:12:00Z</atom:updated>",
            Some("2026-11-20T07:12:00Z"),
        ),
        (
            "<atom:updated>2026-11-21T00:00:00Z</atom:updated><pubDate>2026-11-20</pubDate>",
            Some("2026-11-20T00:00:00Z"),
        ),
        (
            "<pubDate>soon</pubDate><dc:date>2026-11-20</dc:date>",
            Some("2026-11-20T00:00:00Z"),
        ),
        (
            "<pubdate>Fri, 20 Nov 2099 07:12:00 GMT</pubdate>",
            Some("2099-11-20T07:12:00Z"),
        ),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", None),
        ("<pubDate/>", None),
    ] {
        let found = rss(&format!("<title>t</title>{inner}")).published;
        assert_eq!(found.map(|at| at.to_string()).as_deref(), at, "{inner}");
    }
    for (inner, at) in [
        (
            "<published>2026-11-20T07:12:00Z</published><updated>2026-11-21T07:12:00Z</updated>",
            "2026-11-20T07:12:00Z",
        ),
        (
            "<issued>2026-11-20T07:12:00Z</issued><modified>2026-11-21T07:12:00Z</modified>",
            "2026-11-20T07:12:00Z",
        ),
        (
            "<modified>2026-11-20T07:12Z</modified>",
            "2026-11-20T07:12:00Z",
        ),
        ("<created>2026-11-20</created>", "2026-11-20T00:00:00Z"),
    ] {
        let found = atom(&format!("<title>t</title>{inner}")).published;
        assert_eq!(
            found.map(|at| at.to_string()).as_deref(),
            Some(at),
            "{inner}"
        );
    }
}

#[test]
fn kinds_and_parents() {
    for (inner, kind, parent) in [
        ("<link href='/post'/>", ItemKind::Article, None),
        (
            "<link href='/post#comment-7'/>",
            ItemKind::Comment,
            Some("https://feeds.example/post"),
        ),
        (
            "<id>https://a.example/?p=1#comment-7</id>",
            ItemKind::Comment,
            Some("https://a.example/?p=1"),
        ),
        (
            "<thr:in-reply-to ref='tag:x,1' href='/post'/><link href='/c'/>",
            ItemKind::Comment,
            Some("https://feeds.example/post"),
        ),
        (
            "<thr:in-reply-to ref='tag:x,1'/><link href='/c'/>",
            ItemKind::Comment,
            None,
        ),
        (
            "<link href='https://www.youtube.com/watch?v=1'/>",
            ItemKind::Video,
            None,
        ),
    ] {
        let item = atom(&format!("<title>t</title>{inner}"));
        assert_eq!(item.kind, kind, "{inner}");
        assert_eq!(item.parent.as_deref(), parent, "{inner}");
    }
}

#[test]
fn older_and_odd_formats() {
    for body in [
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>c</title></channel><item><title>t</title><link>https://a.example/1</link></item></rdf:RDF>",
        "<rss:rss xmlns:rss='http://backend.userland.com/rss2'><rss:channel><rss:item><rss:title>t</rss:title><rss:link>https://a.example/1</rss:link></rss:item></rss:channel></rss:rss>",
        "<rss version='0.91'><channel><item><title>t</title><link>https://a.example/1</link></item></channel></rss>",
        "<rss xmlns='http://nobody.knows/this'><channel><item><title>t</title><link>https://a.example/1</link></item></channel></rss>",
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>t</title><link rel='alternate' type='text/html' href='https://a.example/1'/></entry></feed>",
        "<a:feed xmlns:a='HTTP://WWW.W3.ORG/2005/ATOM'><a:entry><a:title>t</a:title><a:link href='https://a.example/1'/></a:entry></a:feed>",
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>t</title><link href='https://a.example/1'/></entry>",
        "<feed><entry><title>t</title><link href='https://a.example/1'/></entry></feed>",
        "<CHANNEL><ITEM HREF='https://a.example/1'><TITLE>t</TITLE></ITEM></CHANNEL>",
        "<Channel xmlns='http://purl.org/net/rss1.1#' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><title>c</title><items rdf:parseType='Collection'><item rdf:about='https://a.example/1'><title>t</title></item></items></Channel>",
        "\u{feff}\n<!-- x --><?xml version='1.0'?><?xml-stylesheet href='x'?><!DOCTYPE rss PUBLIC '-//Netscape' 'x.dtd'><rss><channel><item><title>t</title><link>https://a.example/1</link></item></channel></rss> trailing <junk",
        "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{\"id\": 1, \"url\": \"https://a.example/1\", \"title\": \"t\"}]}",
        "{\"items\": [{\"url\": \"https://a.example/1\", \"title\": \"t\"}, {\"url\": \"https://a.ex",
    ] {
        let item = only(body);
        assert_eq!(item.title.as_deref(), Some("t"), "{body}");
        assert_eq!(item.url.as_deref(), Some("https://a.example/1"), "{body}");
    }
}

#[test]
fn what_holds_for_the_feed() {
    let page = parse(
        "<rss><channel><title>Commenti a: x</title><language>it-it</language><ttl>5000</ttl>\
         <item><title>a</title></item><item xml:lang='en'><title>b</title></item></channel></rss>",
    )
    .unwrap();
    assert_eq!(page.title.as_deref(), Some("Commenti a: x"));
    assert_eq!(page.poll_hint, Some(std::time::Duration::from_hours(24)));
    let languages: Vec<_> = page
        .items
        .iter()
        .map(|item| item.lang_hint.unwrap().to_string())
        .collect();
    assert_eq!(languages, ["it", "en"]);
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in any::<Vec<u8>>(), parts in proptest::collection::vec(
        proptest::sample::select(vec!["<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "x", "&amp;", "&", "<![CDATA[",
            "]]>", "<!--", "-->", "<link href='", "'>", "<feed>", "<entry>", "</entry>", "</feed>", "<guid>", "\"", "{", "}", "[", "\"items\":"]), 0..40))
    {
        for body in [bytes, parts.concat().into_bytes()] {
            if let Ok(page) = parse(body) {
                for item in page.items {
                    assert_eq!(crate::extract::clean_text(&item.text), item.text);
                }
            }
        }
    }
}

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use url::Url;

use super::{Structured, Thing, Value, structured};

fn read(html: &str) -> Structured {
    structured(html, &Url::parse("https://shop.example/p/1").unwrap())
}

fn first<'a>(page: &'a Structured, kind: &str) -> &'a Thing {
    page.things
        .iter()
        .find(|thing| thing.is(kind))
        .unwrap_or_else(|| panic!("no {kind} in {page:?}"))
}

#[test]
fn reads_three_notations_alike() {
    let json = r##"<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
        {"@type": ["Product", "Thing"], "@id": "#p", "name": "Forno", "review": {"@id": "#r"}},
        {"@id": "#r", "@type": "Review", "reviewBody": "Caff&egrave; <b>ok</b>", "author": "Lia",
         "datePublished": null, "reviewRating": {"@type": "Rating", "ratingValue": 4.5}}]}</script>"##;
    let microdata = r#"<div itemscope itemtype="https://schema.org/Product"><h1 itemprop=name>Forno</h1>
        <div itemprop=review itemscope itemtype="https://schema.org/Review"><p itemprop="reviewBody">Caffè <b>ok</b></p>
        <span itemprop=author>Lia</span><div itemprop=reviewRating itemscope itemtype=schema.org/Rating>
        <meta itemprop=ratingValue content=4.5></div></div></div>"#;
    let rdfa = r#"<div vocab="http://schema.org/" typeof="Product"><h1 property=name>Forno</h1>
        <div property=review typeof=Review><p property="reviewBody">Caffè <b>ok</b></p>
        <span property=author>Lia</span><div property=reviewRating typeof=Rating>
        <meta property=ratingValue content=4.5></div></div></div>"#;
    for html in [json, microdata, rdfa] {
        let page = read(html);
        let product = first(&page, "Product");
        assert_eq!(product.line(&["name"]).as_deref(), Some("Forno"));
        let Some(Value::Thing(place)) = product.values("review").next() else {
            panic!("no review in {page:?}");
        };
        let review = page.thing(*place).unwrap();
        assert!(review.is("Review"), "{page:?}");
        assert_eq!(review.line(&["reviewBody"]).as_deref(), Some("Caffè ok"));
        assert_eq!(review.line(&["author"]).as_deref(), Some("Lia"));
        let rating = first(&page, "Rating");
        assert_eq!(rating.line(&["ratingValue"]).as_deref(), Some("4.5"));
    }
}

#[test]
fn reads_values_as_the_standard_says() {
    let page = read(
        r#"<base href="/x/"><div itemscope itemtype=T itemid="urn:1" itemref="more gone more">
        <a itemprop=url href="a b">no</a><img itemprop="image" src="i.png"><object itemprop=o data=d></object>
        <data itemprop=n value=7>seven</data><meter itemprop=m value=0.5>half</meter>
        <time itemprop=t datetime=2026-11-20>ieri</time><time itemprop=u>2026</time>
        <p itemprop="p q">One<br>two<script>no</script></p></div>
        <div id=more><span itemprop=r>ref</span><div itemscope><i itemprop=s>no</i></div></div>"#,
    );
    let thing = first(&page, "T");
    assert_eq!(thing.id.as_deref(), Some("urn:1"));
    for (name, value) in [
        ("url", "https://shop.example/x/a%20b"),
        ("image", "https://shop.example/x/i.png"),
        ("o", "https://shop.example/x/d"),
        ("n", "7"),
        ("m", "0.5"),
        ("t", "2026-11-20"),
        ("u", "2026"),
        ("p", "One\ntwo"),
        ("q", "One\ntwo"),
        ("r", "ref"),
    ] {
        assert_eq!(thing.text(&[name]).as_deref(), Some(value), "{name}");
        assert_eq!(thing.values(name).count(), 1, "{name}");
    }
    assert_eq!(thing.values("s").count(), 0);
    assert_eq!(page.top.len(), 2);
}

#[test]
fn reads_the_head() {
    let page = read(
        "<html lang=it-IT><head><title>Recensioni &amp; voti</title>\
         <meta property='og:title' content=Forno><meta name=DC.date content=2026-11-20>\
         <link rel=canonical href=/p/1><body><a rel='nofollow next' href='?page=2'>Avanti</a>",
    );
    let head = page.head;
    assert_eq!(head.title.as_deref(), Some("Recensioni & voti"));
    assert_eq!(head.language.as_deref(), Some("it-IT"));
    assert_eq!(head.meta(&["OG:Title"]), Some("Forno"));
    assert_eq!(head.meta(&["absent", "dc.date"]), Some("2026-11-20"));
    assert_eq!(head.canonical.unwrap().as_str(), "https://shop.example/p/1");
    assert_eq!(
        head.next.unwrap().as_str(),
        "https://shop.example/p/1?page=2"
    );
}

#[test]
fn says_what_it_could_not_read() {
    let page = read(
        "<script type=application/ld+json>{a: b}</script>\
                     <script type='application/ld+json; charset=utf-8'>{\"@type\": \"Review\"}</script>",
    );
    assert!(
        page.problems[0].starts_with("a script of data cannot be read"),
        "{page:?}"
    );
    assert!(page.things[0].is("Review"));
    let deep = format!("<p itemscope>{}", "<div>".repeat(20_000));
    let page = read(&format!(
        "<script type=application/ld+json>{{\"@type\": \"Review\"}}</script>{deep}"
    ));
    assert_eq!(
        page.problems,
        ["its microdata was not read, as elements are nested more than 512 deep"]
    );
    assert!(page.things[0].is("Review"));
}

#[test]
fn hostile_pages_take_bounded_time() {
    let mut chain = String::new();
    for n in 0..8_000 {
        let (next, other) = (n + 1, n * 7 % 8_000);
        write!(
            chain,
            "<div itemscope id=a{n} itemref='a{next} a{other} all'><p itemprop=x>y</div>"
        )
        .unwrap();
    }
    let inner = "<div itemprop=x>words ".repeat(500);
    let deep = "<ul typeof=a property=b><li rel='x:y'>words ".repeat(500);
    let loops = "<div itemscope itemprop=x id=a itemref='a b'><div itemscope itemprop=y id=b itemref='a b'></div></div>".repeat(4_000);
    let json = format!(
        "<script type=application/ld+json>{}</script>",
        "{\"@id\":\"a\",\"a\":".repeat(200_000)
    );
    let many = "<script type=application/ld+json>{}</script>".repeat(50_000);
    let about = "<p about=a typeof=b property=c rel='x:y'>".repeat(60_000);
    for (name, html) in [
        ("chain", format!("<div id=all>{chain}</div>")),
        ("inner", format!("<div itemscope>{inner}")),
        ("deep", deep),
        ("loops", loops),
        ("json", json),
        ("many", many),
        ("about", about),
    ] {
        let started = Instant::now();
        let page = read(&html);
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{name}: {:?}",
            started.elapsed()
        );
        assert!(page.things.len() <= 100_000, "{name}");
    }
}

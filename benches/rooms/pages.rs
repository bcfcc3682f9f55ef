//! Feeds, pages and a robots.txt around texts that no one wrote.

use std::fmt::Write as _;

use crate::ground::mentions::Mention;

/// Items of a feed.
pub(crate) const ITEMS: usize = 20;

/// An article among what stands around it on a page: menus, other articles, a form.
pub(crate) fn article(mentions: &[Mention]) -> String {
    let mut links = String::new();
    for (number, mention) in mentions.iter().enumerate() {
        let title = escaped(&mention.title);
        writeln!(links, "<li><a href=\"/t/{number}\">{title}</a></li>").unwrap();
    }
    let paragraphs: String = mentions.iter().take(6).map(paragraph).collect();
    format!(
        "<!doctype html><html lang=\"it\"><head><meta charset=\"utf-8\"><title>Notizie</title>\
         </head><body><header><nav><ul>{links}</ul></nav></header><main><article><h1>Titolo</h1>\
         <p class=\"byline\">di Lia Rossi</p>{paragraphs}<form><input name=\"mail\"></form>\
         </article></main><aside><ul>{links}</ul></aside><footer>© 2026</footer></body></html>"
    )
}

/// A page of a shop that shows reviews, and tells them to machines as well.
pub(crate) fn reviews(mentions: &[Mention]) -> String {
    let mut shown = String::new();
    let mut told = Vec::new();
    for (number, mention) in mentions.iter().take(ITEMS).enumerate() {
        let rating = number % 5 + 1;
        shown.push_str(&paragraph(mention));
        told.push(serde_json::json!({
            "@type": "Review",
            "author": {"@type": "Person", "name": format!("Lia {number}")},
            "datePublished": "2026-11-20",
            "reviewBody": mention.text,
            "reviewRating": {"@type": "Rating", "ratingValue": rating, "bestRating": 5},
        }));
    }
    let product = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "FLX 340",
        "review": told,
    });
    let product = product.to_string().replace('<', "\\u003c");
    format!(
        "<!doctype html><html><head><title>FLX 340</title>\
         <script type=\"application/ld+json\">{product}</script></head><body>{shown}</body></html>"
    )
}

/// A feed as WordPress writes it.
pub(crate) fn rss(mentions: &[Mention]) -> String {
    let mut items = String::new();
    for (number, mention) in mentions.iter().take(ITEMS).enumerate() {
        writeln!(
            items,
            "<item><title>{}</title><link>https://www.forum.example/t/{number}</link>\
             <guid isPermaLink=\"false\">t-{number}</guid><dc:creator>Lia</dc:creator>\
             <pubDate>Fri, 20 Nov 2026 07:12:00 +0000</pubDate>\
             <description><![CDATA[{}]]></description></item>",
            escaped(&mention.title),
            paragraph(mention),
        )
        .unwrap();
    }
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Forum</title>\
         <link>https://www.forum.example/</link>{items}</channel></rss>"
    )
}

/// A feed whose texts are escaped HTML.
pub(crate) fn atom(mentions: &[Mention]) -> String {
    let mut entries = String::new();
    for (number, mention) in mentions.iter().take(ITEMS).enumerate() {
        writeln!(
            entries,
            "<entry><id>tag:forum.example,2026:{number}</id><title>{}</title>\
             <link href=\"https://www.forum.example/t/{number}\"/>\
             <updated>2026-11-20T07:12:00Z</updated><author><name>Lia</name></author>\
             <content type=\"html\">{}</content></entry>",
            escaped(&mention.title),
            escaped(&paragraph(mention)),
        )
        .unwrap();
    }
    format!(
        "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Forum</title>\
         <id>tag:forum.example,2026:feed</id>{entries}</feed>"
    )
}

/// The rules of a large site: some for others, some hundred for all.
pub(crate) fn robots() -> String {
    let mut rules = "User-agent: otherbot\nDisallow: /\n\nUser-agent: *\n".to_owned();
    for number in 0..300 {
        writeln!(rules, "Disallow: /section{number}/private/").unwrap();
        writeln!(rules, "Allow: /section{number}/*.html$").unwrap();
    }
    rules
}

fn paragraph(mention: &Mention) -> String {
    format!("<p>{}</p>\n", escaped(&mention.text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

//! The article of a page: its words without menus, captions, calls to subscribe and the like.
//!
//! dom_smoothie (Mozilla's Readability) finds where on the page the article is; what it leaves in
//! that no reader would call the article is taken out here, block by block.
//!
//! Invariant: nothing is invented; every word that comes out stands on the page.

use dom_smoothie::{Config, Readability};

use super::entities::{Ampersands, unescape};
use super::html::VOID;
use super::markup::{Attributes, Markup, Token};
use super::nesting::{HtmlTooComplex, check_html};
use super::sanitize::{MAX_TEXT, clean_text};

/// Fewer characters are no article.
const LEAST: usize = 140;

/// Why a page gave no article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoArticle {
    /// The page is built to exhaust whoever reads it.
    #[error("{0}")]
    TooComplex(HtmlTooComplex),
    /// There are no paragraphs that could be one: a list of links, a login, a video.
    #[error("there is no article on the page")]
    NotFound,
}

/// The words of the article on a page, its paragraphs apart by empty lines.
pub fn article(html: &str, url: &str) -> Result<String, NoArticle> {
    check_html(html).map_err(NoArticle::TooComplex)?;
    let settings = Config {
        keep_classes: true,
        ..Config::default()
    };
    let content = Readability::new(html, Some(url), Some(settings))
        .and_then(|mut page| page.parse())
        .map(|found| found.content)
        .map_err(|_| NoArticle::NotFound)?;
    let text = words_of(&content);
    if text.chars().count() < LEAST {
        return Err(NoArticle::NotFound);
    }
    Ok(text)
}

/// The words of the part of a page that holds the article.
fn words_of(content: &str) -> String {
    let mut blocks = blocks(content);
    blocks.retain(|block| !block.is_furniture());
    drop_edges(&mut blocks);
    let mut text = String::new();
    for block in &blocks {
        if text.len() > MAX_TEXT {
            break;
        }
        if !text.is_empty() {
            text.push_str(if block.listed { "\n" } else { "\n\n" });
        }
        text.push_str(&block.text);
    }
    clean_text(&text)
}

/// A paragraph, a heading, an item of a list.
#[derive(Debug, Default)]
struct Block {
    text: String,
    /// How many bytes of the text are links.
    linked: usize,
    heading: bool,
    listed: bool,
    /// Whether it stands in a caption, or in a part whose name gives it away.
    aside: bool,
}

/// Elements that are set within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "img", "wbr", "picture", "source",
];

/// Words in the class of an element that holds no part of the article.
const ASIDES: &[&str] = &[
    "caption",
    "credit",
    "newsletter",
    "subscribe",
    "related",
    "sharing",
    "share",
    "social",
    "byline",
    "dateline",
    "timestamp",
    "breadcrumb",
    "breadcrumbs",
    "promo",
    "advert",
    "sponsor",
    "sharedaddy",
    "jp-relatedposts",
    "author-bio",
    "authorbio",
    "bio",
    "recommended",
    "readmore",
    "comments",
    "disqus",
    "tags",
    "signup",
    "copyright",
    "didascalia",
    "correlati",
];

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether an element's name or class gives away that it is none of the article.
fn is_aside(name: &str, attributes: Attributes<'_>) -> bool {
    if is_in(&["figcaption", "aside", "button", "form", "footer"], name) {
        return true;
    }
    attributes.get("class").is_some_and(|classes| {
        let classes = classes.to_ascii_lowercase();
        classes
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| ASIDES.contains(&word))
            || classes
                .split_ascii_whitespace()
                .any(|class| ASIDES.contains(&class))
    })
}

/// The blocks of a piece of HTML, in one pass.
fn blocks(content: &str) -> Vec<Block> {
    let mut reading = Reading::default();
    let mut markup = Markup::new(content);
    while let Some(token) = markup.next() {
        match token {
            Token::Text(text) => reading.push(&unescape(text, Ampersands::Lenient)),
            Token::Literal(text) => reading.push(text),
            Token::Start {
                name,
                attributes,
                empty,
            } => {
                if is_in(
                    &["script", "style", "noscript", "iframe", "svg", "template"],
                    name,
                ) && !empty
                {
                    markup.skip_raw(name);
                    continue;
                }
                reading.start(name, attributes, empty || is_in(VOID, name));
            }
            Token::End(name) => reading.end(name),
            _ => {}
        }
    }
    reading.flush();
    reading.blocks
}

#[derive(Default)]
struct Reading<'a> {
    blocks: Vec<Block>,
    block: Block,
    /// The open elements, and whether each makes what it holds an aside.
    open: Vec<(&'a str, bool)>,
    asides: usize,
    links: usize,
    lists: usize,
    headings: usize,
}

impl<'a> Reading<'a> {
    fn push(&mut self, text: &str) {
        self.block.aside |= self.asides > 0 && !text.trim().is_empty();
        if self.links > 0 {
            self.block.linked += text.trim().len();
        }
        self.block.text.push_str(text);
    }

    fn start(&mut self, name: &'a str, attributes: Attributes<'a>, empty: bool) {
        if name.eq_ignore_ascii_case("br") {
            self.block.text.push('\n');
        }
        if !is_in(INLINE, name) && !name.eq_ignore_ascii_case("br") {
            self.flush();
        }
        if empty {
            return;
        }
        let aside = is_aside(name, attributes);
        if aside && self.asides == 0 && self.block.text.trim().is_empty() {
            self.flush();
        }
        self.count(name, aside, true);
        self.open.push((name, aside));
    }

    fn end(&mut self, name: &'a str) {
        if !is_in(INLINE, name) {
            self.flush();
        }
        let near = self.open.iter().rev().take(512);
        let Some(above) = near
            .into_iter()
            .position(|(open, _)| open.eq_ignore_ascii_case(name))
        else {
            return;
        };
        for _ in 0..=above {
            if let Some((name, aside)) = self.open.pop() {
                self.count(name, aside, false);
            }
        }
    }

    fn count(&mut self, name: &str, aside: bool, open: bool) {
        let add = |count: &mut usize, applies: bool| {
            if applies && open {
                *count += 1;
            } else if applies {
                *count = count.saturating_sub(1);
            }
        };
        add(&mut self.asides, aside);
        add(&mut self.links, name.eq_ignore_ascii_case("a"));
        add(&mut self.lists, name.eq_ignore_ascii_case("li"));
        add(
            &mut self.headings,
            is_in(&["h1", "h2", "h3", "h4", "h5", "h6"], name),
        );
    }

    fn flush(&mut self) {
        let mut block = std::mem::take(&mut self.block);
        block.text = clean_text(&block.text);
        if !block.text.is_empty() {
            block.heading = self.headings > 0;
            block.listed = self.lists > 0;
            self.blocks.push(block);
        }
    }
}

/// What stands alone in a block of its own around articles everywhere.
const ALONE: &[&str] = &[
    "advertisement",
    "advert",
    "advertising",
    "ad",
    "pubblicità",
    "pubblicita",
    "iklan",
    "publicidad",
    "werbung",
    "publicité",
    "close",
    "caption",
    "comments",
    "comment",
    "commenti",
    "subscribe",
    "sign up",
    "share",
    "share this",
    "condividi",
    "more:",
    "related",
    "related articles",
    "letture",
    "recent articles",
    "read more",
    "leggi anche",
    "you may also like",
    "you may also like...",
    "you might also like",
    "sharing is caring!",
    "continue reading below",
    "view author archive",
    "email the author",
    "post comment (+)",
    "loading...",
    "print",
    "stampa",
    "home",
    "news",
    "breaking news emails",
    "popular this week",
    "tell us what you think...",
    "story continues below",
    "story continues below advertisement",
    "this slideshow requires javascript.",
    "pubblicato da",
];

/// How a block begins that stands around articles everywhere; short blocks only.
const BEGINNINGS: &[&str] = &[
    "read more",
    "leggi anche",
    "leggi pure",
    "related:",
    "related post",
    "[related",
    "also on ",
    "see also:",
    "click here to",
    "sign up",
    "subscribe to",
    "subscribe now",
    "get the latest",
    "get breaking news",
    "follow us",
    "follow me on",
    "seguici",
    "iscriviti",
    "photo:",
    "photo by",
    "foto:",
    "foto di",
    "фото:",
    "(image:",
    "(image credit",
    "image:",
    "image credit",
    "image 1 of",
    "credit...",
    "credit:",
    "file photo:",
    "posted:",
    "posted on",
    "posted by",
    "updated:",
    "updated on",
    "updated ",
    "published:",
    "published ",
    "first published",
    "last updated",
    "pubblicato il",
    "aggiornato",
    "tempo de leitura",
    "tempo di lettura",
    "filed under",
    "copyright",
    "©",
    "all rights reserved",
    "tutti i diritti riservati",
    "riproduzione riservata",
    "© riproduzione",
    "(reporting by",
    "reporting by",
    "like this story?",
    "have a tip?",
    "want more",
    "more great ",
    "this post may contain affiliate",
    "this article contains affiliate",
    "click here for more",
    "share this",
    "share on ",
    "need more space?",
    "there's plenty more where",
    "watch:",
    "watch now",
    "video:",
    "listen:",
    "more on ",
    "more from ",
    "editor's note: this",
    "join our",
    "download our",
    "read the original",
    "originally published",
    "tags:",
    "tag:",
    "topics:",
    "categories:",
    "sponsored",
    "stay on top of",
    "sign up:",
    "leave a comment",
    "leave a reply",
    "view comments",
    "post a comment",
    "commenta",
    "condividi",
    "invia per email",
    "ti potrebbe interessare",
];

/// Ends of photo credits.
const CREDITS: &[&str] = &[
    "getty images",
    "via ap",
    "/ap",
    "/reuters",
    "reuters",
    "(ap photo)",
    "/afp",
    "shutterstock",
    "/getty",
    "ap photo",
    "/ansa",
    "ansa.",
];

impl Block {
    /// Whether it is no part of the article.
    fn is_furniture(&self) -> bool {
        let length = self.text.chars().count();
        if self.aside && length < 600 {
            return true;
        }
        let lower = self.text.to_lowercase();
        let line = lower.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '|' | '•' | '–' | '-' | '»' | '>')
        });
        if ALONE.contains(&line) {
            return true;
        }
        if self.is_link() && length < 160 && !self.listed {
            return true;
        }
        if length < 260 && BEGINNINGS.iter().any(|begin| line.starts_with(begin)) {
            return true;
        }
        length < 220
            && CREDITS
                .iter()
                .any(|end| line.trim_end_matches(')').ends_with(end))
            && !ends_sentence(&self.text)
    }

    /// Whether it is a link and little else.
    fn is_link(&self) -> bool {
        self.linked * 10 >= self.text.len() * 9
    }

    /// Whether it may be the beginning or end of what a writer wrote.
    fn is_prose(&self) -> bool {
        let length = self.text.chars().count();
        !self.is_link() && (length >= 80 || (ends_sentence(&self.text) && length >= 25))
    }
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '»', '\'', '’', ')', ']'])
        .ends_with(['.', '!', '?', '…', ':', '。', '！', '？', '।'])
}

/// Takes out what stands before the first paragraph and after the last: dates, names, lists of
/// links.
fn drop_edges(blocks: &mut Vec<Block>) {
    let Some(first) = blocks.iter().position(Block::is_prose) else {
        return;
    };
    let last = blocks
        .iter()
        .rposition(|block| block.is_prose() || (block.listed && !block.is_link()));
    let last = last.unwrap_or(first);
    let kept = blocks.drain(..).enumerate().filter(|(place, block)| {
        (first..=last).contains(place)
            || (*place < first && block.heading && *place + 1 == first && !block.is_link())
    });
    let kept: Vec<Block> = kept.map(|(_, block)| block).collect();
    *blocks = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    const PARAGRAPH: &str = "Dopo mesi di proteste il comune ha deciso: la linea nove torna a \
        passare ogni dieci minuti, anche la sera, e il biglietto non aumenta fino a giugno.";

    fn page(body: &str) -> String {
        let menu = "<nav><ul><li><a href=/a>Politica</a><li><a href=/b>Sport</a></ul></nav>";
        format!("<html><head><title>La linea nove</title></head><body>{menu}{body}</body></html>")
    }

    #[test]
    fn takes_the_article_and_leaves_the_rest() {
        let html = page(&format!(
            "<article><h1>La linea nove</h1><p>Pubblicato il 20 novembre 2026</p><p>di Lia Bo</p>\
             <p>{PARAGRAPH}</p><figure><img src=x><figcaption>Il capolinea (foto d'archivio)</figcaption></figure>\
             <p>{PARAGRAPH}</p><p><a href=/x>LEGGI ANCHE: La linea otto cambia percorso</a></p>\
             <p>Pubblicità</p><p>«È una vittoria», dice <a href=/b>il comitato</a>.</p>\
             <ul><li>ogni dieci minuti</li><li>anche la sera</li></ul>\
             <p>{PARAGRAPH}</p><p>Iscriviti alla nostra newsletter per ricevere le notizie.</p>\
             <div class='social-share'>Condividi</div></article>\
             <footer><p>Copyright 2026 Il Giornale S.p.A.</p></footer>"
        ));
        let text = article(&html, "https://giornale.example/linea-nove").unwrap();
        assert_eq!(
            text,
            format!(
                "{PARAGRAPH}\n\n{PARAGRAPH}\n\n«È una vittoria», dice il comitato.\n\
                 ogni dieci minuti\nanche la sera\n\n{PARAGRAPH}"
            )
        );
    }

    #[test]
    fn a_page_without_an_article_says_so() {
        let links =
            "<p><a href=/x>Un titolo che porta altrove, lungo abbastanza da sembrare prosa</a></p>";
        for html in ["", "<p>Accedi", "{}", &page(&links.repeat(50))] {
            let found = article(html, "https://giornale.example/");
            assert_eq!(found, Err(NoArticle::NotFound), "{html}");
        }
        assert_eq!(
            article(&"<div>".repeat(20_000), "https://giornale.example/"),
            Err(NoArticle::TooComplex(HtmlTooComplex::Deep))
        );
    }

    #[test]
    fn hostile_pages_take_bounded_time() {
        let prose = format!("<p>{PARAGRAPH}</p>");
        for (name, html) in [
            (
                "deep",
                format!("{}{PARAGRAPH}", "<div><p>".repeat(250)).repeat(20),
            ),
            ("wide", prose.repeat(10_000)),
            ("links", "<a href=x>parola</a> ".repeat(20_000)),
            ("line", "x".repeat(4_000_000)),
            ("breaks", "testo, ancora<br><br>".repeat(10_000)),
            ("ends", "</p></div>".repeat(40_000)),
        ] {
            let started = Instant::now();
            drop(article(&html, "https://giornale.example/"));
            let took = started.elapsed();
            assert!(took < Duration::from_secs(20), "{name}: {took:?}");
        }
    }
}

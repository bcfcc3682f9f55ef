//! Whether HTML may be given to a tree builder.
//!
//! Building a tree takes time quadratic in its depth (the HTML standard looks for open elements
//! in scope at almost every tag), and memory in proportion to its tags. This check, linear in the
//! input, comes first.

use super::html::VOID;
use super::markup::{Markup, Token};

/// The deepest nesting that is read; browsers stop at the same.
pub const MAX_HTML_DEPTH: usize = 512;

/// The most start tags of a page that is read.
pub const MAX_HTML_TAGS: usize = 250_000;

/// The longest list of attributes of one tag, in bytes, that need not be counted.
const PLAIN_ATTRIBUTES: usize = 16 * 1024;

/// The most attributes of one tag: looking for duplicates among them is quadratic, too.
const MAX_ATTRIBUTES: usize = 512;

/// The most attributes of all tags together, counted by what can stand before one.
const MAX_ALL_ATTRIBUTES: usize = 1_500_000;

/// Why HTML is not given to a tree builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HtmlTooComplex {
    /// Elements within elements within elements.
    #[error("elements are nested more than {MAX_HTML_DEPTH} deep")]
    Deep,
    /// More elements than any page has.
    #[error("there are more than {MAX_HTML_TAGS} elements")]
    Large,
    /// More attributes, of one tag or of all, than any page has.
    #[error("a tag has more than {MAX_ATTRIBUTES} attributes, or all have {MAX_ALL_ATTRIBUTES}")]
    Attributes,
}

/// Elements whose end the standard supplies as soon as their like begins.
const IMPLIED_END: &[&str] = &[
    "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot",
    "colgroup", "caption", "rp", "rt", "html", "head", "body",
];

/// Elements set within a line; their end tags close nothing else.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "ins", "del", "label", "mark",
    "nobr", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
];

/// Elements through which no end tag reaches.
const BARRIERS: &[&str] = &["applet", "marquee", "object", "table", "template"];

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether `html` is within the bounds that a tree can be built in. Where it cannot tell how
/// deep a browser would nest, it assumes the deeper.
pub fn check_html(html: &str) -> Result<(), HtmlTooComplex> {
    let count = |mark: &str| memchr::memmem::find_iter(html.as_bytes(), mark).count();
    // Comments become nodes, and so do ends of nothing.
    if count("<!") + count("<?") > MAX_HTML_TAGS || count("</") > 2 * MAX_HTML_TAGS {
        return Err(HtmlTooComplex::Large);
    }
    let mut open: Vec<&str> = Vec::new();
    let (mut tags, mut all_attributes) = (0_usize, 0_usize);
    let mut markup = Markup::new(html);
    while let Some(token) = markup.next() {
        match token {
            Token::Start {
                name,
                attributes,
                empty,
            } => {
                tags += 1;
                if tags > MAX_HTML_TAGS {
                    return Err(HtmlTooComplex::Large);
                }
                all_attributes += attributes.gaps();
                if all_attributes > MAX_ALL_ATTRIBUTES {
                    return Err(HtmlTooComplex::Attributes);
                }
                if attributes.len() > PLAIN_ATTRIBUTES
                    && attributes.iter().take(MAX_ATTRIBUTES + 1).count() > MAX_ATTRIBUTES
                {
                    return Err(HtmlTooComplex::Attributes);
                }
                if is_in(&["script", "style", "xmp", "textarea", "title"], name) {
                    markup.skip_raw(name);
                }
                let foreign = open.iter().any(|name| is_in(&["svg", "math"], name));
                if is_in(VOID, name) || is_in(IMPLIED_END, name) || (empty && foreign) {
                    continue;
                }
                open.push(name);
                if open.len() > MAX_HTML_DEPTH {
                    return Err(HtmlTooComplex::Deep);
                }
            }
            Token::End(name) => close(&mut open, name),
            _ => {}
        }
    }
    Ok(())
}

/// Closes `name` among the open elements, as far as it is sure that a browser would.
fn close(open: &mut Vec<&str>, name: &str) {
    if is_in(IMPLIED_END, name) {
        return;
    }
    let Some(at) = open
        .iter()
        .rposition(|other| other.eq_ignore_ascii_case(name))
    else {
        return;
    };
    let above = open.get(at + 1..).unwrap_or_default();
    if is_in(INLINE, name) {
        if above.iter().all(|other| is_in(INLINE, other)) {
            open.truncate(at);
        }
    } else if !above.iter().any(|other| is_in(BARRIERS, other)) || is_in(BARRIERS, name) {
        open.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pages_pass() {
        for html in [
            "<p>a<p>b".repeat(2000),
            "<ul><li>a<li>b</ul>".repeat(2000),
            "<div><span>a</div>".repeat(2000),
            "<b>a<i>b</b></i>".repeat(200),
            "<br><img><input>".repeat(2000),
            "<svg><path d=''/><path/></svg>".repeat(2000),
            "<script>'<div><div>'</script>".repeat(2000),
            "<table><tr><td>a<td>b</table>".repeat(2000),
        ] {
            assert_eq!(check_html(&html), Ok(()), "{}", html.get(..20).unwrap());
        }
    }

    #[test]
    fn traps_do_not() {
        for html in [
            "<div>".repeat(20_000),
            "<span><div></span>".repeat(20_000),
            "<div></x>".repeat(20_000),
            "<ul><li>".repeat(20_000),
            "<table><tr><td>".repeat(20_000),
            "<div><table></div>".repeat(20_000),
            "<font size=1>".repeat(20_000),
            "<z/>".repeat(20_000),
        ] {
            assert_eq!(
                check_html(&html),
                Err(HtmlTooComplex::Deep),
                "{}",
                html.get(..10).unwrap()
            );
        }
        assert_eq!(
            check_html(&"<br>".repeat(300_000)),
            Err(HtmlTooComplex::Large)
        );
        assert_eq!(
            check_html(&"<!---->".repeat(300_000)),
            Err(HtmlTooComplex::Large)
        );
        let busy = format!("<p{}>", " a".repeat(500)).repeat(4_000);
        assert_eq!(check_html(&busy), Err(HtmlTooComplex::Attributes));
        let wide: String = " a".repeat(20_000);
        assert_eq!(
            check_html(&format!("<p{wide}>")),
            Err(HtmlTooComplex::Attributes)
        );
    }
}

//! Every word can be read and every bar can be seen, in the light, in the dark and on paper: the
//! colours are worked out from the pages as a browser does it, so none can be forgotten.

use std::collections::HashMap;

use scraper::{ElementRef, Html, Node, Selector};

use super::gallery;

/// What a page is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Light,
    Dark,
    /// On paper, by someone whose screen is light.
    Paper,
    /// On paper, by someone whose screen is dark.
    PaperFromDark,
}

const SCHEMES: [Scheme; 4] = [
    Scheme::Light,
    Scheme::Dark,
    Scheme::Paper,
    Scheme::PaperFromDark,
];

impl Scheme {
    /// Whether the rules under this condition count.
    fn is(self, condition: &str) -> bool {
        match condition {
            "@media (prefers-color-scheme:dark)" => {
                matches!(self, Self::Dark | Self::PaperFromDark)
            }
            "@media print" => matches!(self, Self::Paper | Self::PaperFromDark),
            // Widths change no colour: their rules count everywhere.
            _ => condition.starts_with("@media (max-width:"),
        }
    }
}

/// What decides between two rules: importance, whether it stands in the element, specificity, place.
type Weight = (bool, bool, usize, usize);

struct Rule {
    selector: Selector,
    weight: (usize, usize),
    declarations: String,
}

/// A page in one scheme.
struct Sheet<'a> {
    rules: Vec<Rule>,
    variables: HashMap<String, String>,
    page: &'a Html,
}

/// Red, green, blue, 0 to 255.
type Colour = [f64; 3];

impl<'a> Sheet<'a> {
    fn new(page: &'a Html, scheme: Scheme) -> Self {
        let styles = Selector::parse("style").unwrap();
        let css: String = page
            .select(&styles)
            .flat_map(|style| style.text())
            .collect();
        let mut sheet = Self {
            rules: Vec::new(),
            variables: HashMap::new(),
            page,
        };
        sheet.read(&css, scheme);
        sheet
    }

    fn read(&mut self, css: &str, scheme: Scheme) {
        let mut rest = css.trim();
        while let Some((head, after)) = rest.split_once('{') {
            let head = head.trim();
            let end = closing(after);
            let body = &after[..end];
            if !head.starts_with('@') {
                self.rule(head, body);
            } else if scheme.is(head) {
                self.read(body, scheme);
            }
            rest = &after[end + 1..];
        }
        assert_eq!(rest.trim(), "");
    }

    fn rule(&mut self, head: &str, body: &str) {
        if head == ":root" {
            for (name, value) in declarations(body) {
                self.variables.insert(name.to_owned(), value.to_owned());
            }
            return;
        }
        for selector in head.split(',').filter(|part| !part.contains(":hover")) {
            let signs = selector.matches(['.', '[']).count() + selector.matches(":first").count();
            let tags = selector
                .split([' ', '>'])
                .filter(|part| part.starts_with(char::is_alphabetic))
                .count();
            self.rules.push(Rule {
                selector: Selector::parse(selector).unwrap(),
                weight: (signs * 100 + tags, self.rules.len()),
                declarations: body.to_owned(),
            });
        }
    }

    /// What the cascade gives an element for one of the properties.
    fn declared(&self, element: ElementRef<'_>, properties: &[&str]) -> Option<String> {
        let mut best: Option<(Weight, String)> = None;
        let mut offer = |text: &str, inline: bool, (specificity, place): (usize, usize)| {
            for (name, value) in declarations(text) {
                if !properties.contains(&name) {
                    continue;
                }
                let (value, important) = match value.strip_suffix("!important") {
                    Some(value) => (value, true),
                    None => (value, false),
                };
                let weight = (important, inline, specificity, place);
                if best.as_ref().is_none_or(|(other, _)| weight >= *other) {
                    best = Some((weight, value.trim().to_owned()));
                }
            }
        };
        for rule in &self.rules {
            if rule.selector.matches(&element) {
                offer(&rule.declarations, false, rule.weight);
            }
        }
        offer(element.attr("style").unwrap_or_default(), true, (0, 0));
        best.map(|(_, value)| value)
    }

    /// The colour that a value names on a ground; `None` for one that is not there.
    fn colour(&self, value: &str, ground: Colour) -> Option<Colour> {
        if let Some(name) = value.strip_prefix("var(").and_then(|v| v.strip_suffix(')')) {
            return self.colour(&self.variables[name], ground);
        }
        if let Some(mixed) = value.strip_prefix("color-mix(in srgb,") {
            let (colour, share) = mixed.trim().split_once(' ').unwrap();
            let share: f64 = share
                .strip_suffix("%,transparent)")
                .unwrap()
                .parse()
                .unwrap();
            let colour = self.colour(colour, ground)?;
            let mix = |at: usize| colour[at] * share / 100.0 + ground[at] * (1.0 - share / 100.0);
            return Some([mix(0), mix(1), mix(2)]);
        }
        let digits = value.strip_prefix('#')?;
        let part = |at: usize| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
        assert_eq!(digits.len(), 6, "{value}");
        Some([part(0), part(2), part(4)])
    }

    /// The ground on which an element stands.
    fn ground(&self, element: ElementRef<'_>) -> Colour {
        let white = [255.0; 3];
        let mut ground = white;
        let mut above: Vec<_> = element.ancestors().filter_map(ElementRef::wrap).collect();
        above.reverse();
        for element in above.into_iter().chain([element]) {
            let background = self.declared(element, &["background", "background-color"]);
            if let Some(colour) = background.and_then(|value| self.colour(&value, ground)) {
                ground = colour;
            }
        }
        ground
    }

    /// The colour of an element's words.
    fn ink(&self, element: ElementRef<'_>) -> Colour {
        let property = if is_in_picture(element) {
            "fill"
        } else {
            "color"
        };
        std::iter::once(element)
            .chain(element.ancestors().filter_map(ElementRef::wrap))
            .find_map(|element| {
                let ink = self.declared(element, &[property]);
                assert!(
                    ink.is_some() || element.value().name() != "a",
                    "the browser chooses the colour of a link"
                );
                self.colour(&ink?, self.ground(element))
            })
            .unwrap_or([0.0; 3])
    }

    /// Whether an element is drawn at all.
    fn is_hidden(&self, element: ElementRef<'_>) -> bool {
        std::iter::once(element)
            .chain(element.ancestors().filter_map(ElementRef::wrap))
            .any(|element| {
                matches!(element.value().name(), "head" | "style" | "title")
                    || element
                        .attr("style")
                        .is_some_and(|style| style.starts_with("display:none"))
            })
    }

    /// Every word and every bar that stands out too little, and how many of both there are.
    fn faults(&self) -> (Vec<String>, usize) {
        let (mut faults, mut seen) = (Vec::new(), 0);
        let mut judge = |what: &str, front: Colour, back: Colour, least: f64| {
            seen += 1;
            let ratio = contrast(front, back);
            if ratio < least {
                faults.push(format!(
                    "{what}: {ratio:.2} of {least}, {front:?} on {back:?}"
                ));
            }
        };
        for node in self.page.tree.nodes() {
            match node.value() {
                Node::Text(text) if !text.trim().trim_matches('\u{a0}').is_empty() => {
                    let element = node.parent().and_then(ElementRef::wrap);
                    let Some(element) = element.filter(|it| !self.is_hidden(*it)) else {
                        continue;
                    };
                    judge(text, self.ink(element), self.ground(element), 4.5);
                }
                Node::Element(_) => {
                    let element = ElementRef::wrap(node).unwrap();
                    let around = element.parent().and_then(ElementRef::wrap);
                    let Some(around) = around else { continue };
                    if element.value().name() == "rect" {
                        judge("rect", self.ink(element), self.ground(element), 3.0);
                    } else if element
                        .value()
                        .classes()
                        .any(|c| ["bn", "bu", "bp"].contains(&c))
                    {
                        judge("bar", self.ground(element), self.ground(around), 3.0);
                    }
                }
                _ => {}
            }
        }
        (faults, seen)
    }
}

fn is_in_picture(element: ElementRef<'_>) -> bool {
    let mut above = element.ancestors().filter_map(ElementRef::wrap);
    above.any(|element| element.value().name() == "svg")
}

/// The place of the brace that closes what begins here.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return at;
        }
    }
    panic!("a rule does not end: {text}")
}

fn declarations(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';')
        .filter_map(|part| part.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
}

/// The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(a: Colour, b: Colour) -> f64 {
    let luminance = |colour: Colour| {
        let [r, g, b] = colour.map(|part| {
            let part = part / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_word_can_be_read_and_every_bar_be_seen() {
    for language in gallery::LANGUAGES {
        for (name, page) in gallery::pages(language) {
            let page = Html::parse_document(&page);
            for scheme in SCHEMES {
                let (faults, seen) = Sheet::new(&page, scheme).faults();
                assert!(seen >= 4, "{name}: {seen}");
                assert!(
                    faults.is_empty(),
                    "{name}_{language}, {scheme:?}:\n{}",
                    faults.join("\n")
                );
            }
        }
    }
}

#[test]
fn colours_are_worked_out_as_a_browser_does_it() {
    let page = |css: &str, body: &str| {
        Html::parse_document(&format!("<style>{css}</style><body>{body}</body>"))
    };
    let faults = |css: &str, body: &str, scheme| {
        let page = page(css, body);
        Sheet::new(&page, scheme).faults().0.len()
    };
    assert!((contrast([0.0; 3], [255.0; 3]) - 21.0).abs() < 0.01);
    let grey = "<p style=\"color:#777777\">x</p>";
    assert_eq!(faults("", grey, Scheme::Light), 1, "4.48");
    assert_eq!(faults("p{color:#000000}", grey, Scheme::Light), 1);
    assert_eq!(faults("p{color:#000000!important}", grey, Scheme::Light), 0);
    let dark = "@media (prefers-color-scheme:dark){body{background:#000000}.a b{color:#111111!important}b{color:#ffffff!important}}";
    let marked = "<p class=a><b>x</b></p>";
    assert_eq!(
        faults(dark, marked, Scheme::Dark),
        1,
        "the closer rule wins"
    );
    assert_eq!(faults(dark, marked, Scheme::Light), 0);
    let varied = ":root{--a:#ffffff}p{color:var(--a)}@media print{:root{--a:#000000}}";
    assert_eq!(faults(varied, "<p>x</p>", Scheme::Light), 1);
    assert_eq!(faults(varied, "<p>x</p>", Scheme::Paper), 0);
}

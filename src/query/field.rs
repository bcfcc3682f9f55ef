//! The fields of a query: their names and aliases, and how their values are read.

use std::ops::Range;
use std::time::Duration;

use super::ast::{Fact, NumberField, NumberRange, TextField};
use super::date;
use super::error::Problem;
use super::fold;
use super::host;
use super::suggest::did_you_mean;
use crate::model::{Intent, ItemKind, Lang, Priority, Sentiment, Status};

/// A field, or a prefix that looks like one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Words(TextField),
    Raw,
    List,
    Query,
    Subreddit,
    Url,
    Site,
    Kind,
    Lang,
    Source,
    Watch,
    Sentiment,
    Intent,
    Priority,
    Status,
    Tag,
    Number(NumberField),
    Date,
    Newer,
    Older,
}

/// Names and aliases, in the order in which they are suggested.
const NAMES: &[(&str, Field)] = &[
    ("title", Field::Words(TextField::Title)),
    ("text", Field::Words(TextField::Text)),
    ("author", Field::Words(TextField::Author)),
    ("url", Field::Url),
    ("site", Field::Site),
    ("type", Field::Kind),
    ("lang", Field::Lang),
    ("source", Field::Source),
    ("watch", Field::Watch),
    ("sentiment", Field::Sentiment),
    ("intent", Field::Intent),
    ("priority", Field::Priority),
    ("status", Field::Status),
    ("tag", Field::Tag),
    ("rating", Field::Number(NumberField::Rating)),
    ("followers", Field::Number(NumberField::Followers)),
    ("engagement", Field::Number(NumberField::Engagement)),
    ("score", Field::Number(NumberField::Score)),
    ("date", Field::Date),
    ("newer", Field::Newer),
    ("older", Field::Older),
    ("list", Field::List),
    ("query", Field::Query),
    ("raw", Field::Raw),
    ("language", Field::Lang),
    ("from", Field::Words(TextField::Author)),
    ("intitle", Field::Words(TextField::Title)),
    ("inurl", Field::Url),
    ("label", Field::Tag),
    ("authorFollowers", Field::Number(NumberField::Followers)),
    ("subreddit", Field::Subreddit),
];

impl Field {
    /// Reads a field's name or alias, in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|&(_, field)| field)
    }

    /// Whether its value is a term, or several, rather than a fact's value.
    pub(crate) const fn takes_terms(self) -> bool {
        matches!(self, Self::Words(_))
    }
}

/// The problem with a field that does not exist.
pub(crate) fn unknown(name: &str, span: Range<usize>) -> Problem {
    let address = ["http", "https"]
        .iter()
        .any(|scheme| name.eq_ignore_ascii_case(scheme));
    let hint = if address {
        Some("to look for an address, write url:\"example.com/page\"".to_owned())
    } else {
        did_you_mean(name, NAMES.iter().map(|(known, _)| *known))
    };
    Problem::error(
        span,
        format!("there is no field `{name}`"),
        "an unknown field",
    )
    .hint(hint.unwrap_or_else(|| {
        format!("to search for these characters, put them in quotes: \"{name}: …\"")
    }))
}

/// A value as it stands after a field.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

/// The condition that a field makes of its values; none without values.
pub(crate) fn fact(
    field: Field,
    values: &[Value],
    timezone: chrono_tz::Tz,
) -> Result<Fact, Vec<Problem>> {
    match field {
        Field::Kind => every(values, "type", &kind_words(), ItemKind::parse).map(Fact::Kind),
        Field::Lang => each(values, language).map(Fact::Lang),
        Field::Sentiment => {
            let all = &Sentiment::ALL.iter().map(|value| value.as_str());
            every(values, "sentiment", all, Sentiment::parse).map(Fact::Sentiment)
        }
        Field::Intent => {
            let all = &Intent::ALL.iter().map(|value| value.as_str());
            every(values, "intent", all, Intent::parse).map(Fact::Intent)
        }
        Field::Priority => {
            let all = &Priority::ALL.iter().map(|value| value.as_str());
            every(values, "priority", all, Priority::parse).map(Fact::Priority)
        }
        Field::Status => {
            let all = &Status::ALL.iter().map(|value| value.as_str());
            every(values, "status", all, Status::parse).map(Fact::Status)
        }
        Field::Source => each(values, |v| name(v, "a source's name")).map(Fact::Source),
        Field::Watch => each(values, |v| name(v, "a watchlist's name")).map(Fact::Watch),
        Field::Tag => each(values, |v| name(v, "a tag")).map(Fact::Tag),
        Field::Site => each(values, site).map(Fact::Site),
        Field::Number(field) => {
            each(values, |v| number_range(field, v)).map(|ranges| Fact::Number { field, ranges })
        }
        Field::Url => one(values, "url", url),
        Field::Date => one(values, "date", |v| date::range(v, timezone).map(Fact::Date)),
        Field::Newer => one(values, "newer", |v| duration(v).map(Fact::Newer)),
        Field::Older => one(values, "older", |v| duration(v).map(Fact::Older)),
        Field::Words(_) | Field::Raw | Field::List | Field::Query | Field::Subreddit => {
            Err(Vec::new())
        }
    }
}

fn each<T>(
    values: &[Value],
    read: impl Fn(&Value) -> Result<T, Problem>,
) -> Result<Vec<T>, Vec<Problem>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for value in values {
        match read(value) {
            Ok(one) => found.push(one),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(problems)
    }
}

fn one(
    values: &[Value],
    field: &str,
    read: impl Fn(&Value) -> Result<Fact, Problem>,
) -> Result<Fact, Vec<Problem>> {
    if let [value] = values {
        return read(value).map_err(|problem| vec![problem]);
    }
    let span = values.get(1).map_or(0..0, |value| value.span.clone());
    let problem = Problem::error(
        span,
        format!("`{field}:` takes one value"),
        "a second value",
    );
    Err(vec![
        problem.hint(format!("write ({field}:… OR {field}:…)")),
    ])
}

fn every<T>(
    values: &[Value],
    field: &str,
    all: &(impl Iterator<Item = &'static str> + Clone),
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Vec<Problem>> {
    each(values, |value| {
        parse(value.text.trim()).ok_or_else(|| {
            let known: Vec<_> = all.clone().collect();
            let problem = Problem::error(
                value.span.clone(),
                format!("`{}` is no value of `{field}:`", value.text),
                format!("expected {}", known.join(", ")),
            );
            match did_you_mean(&value.text, known) {
                Some(hint) => problem.hint(hint),
                None => problem,
            }
        })
    })
}

fn kind_words() -> impl Iterator<Item = &'static str> + Clone {
    ItemKind::ALL.into_iter().map(ItemKind::as_str)
}

fn name(value: &Value, what: &str) -> Result<String, Problem> {
    let folded = fold::fold(value.text.trim());
    if folded.is_empty() {
        return Err(Problem::error(
            value.span.clone(),
            format!("expected {what}"),
            "nothing stands here",
        ));
    }
    Ok(folded)
}

/// Names of languages that people write for their codes.
const LANGUAGES: &[(&str, &str)] = &[
    ("italian", "it"),
    ("italiano", "it"),
    ("ita", "it"),
    ("english", "en"),
    ("inglese", "en"),
    ("eng", "en"),
    ("gb", "en"),
    ("spanish", "es"),
    ("spagnolo", "es"),
    ("french", "fr"),
    ("francese", "fr"),
    ("german", "de"),
    ("tedesco", "de"),
    ("deutsch", "de"),
];

/// ISO 639-1.
const CODES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co \
    cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he \
    hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku \
    kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr \
    nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq \
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi \
    yo za zh zu";

fn language(value: &Value) -> Result<Lang, Problem> {
    let text = value.text.trim();
    match Lang::parse(text) {
        Some(lang) if lang == Lang::OTHER || CODES.split(' ').any(|code| code == lang.as_str()) => {
            Ok(lang)
        }
        _ => {
            let meant = LANGUAGES
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(text))
                .map_or("it, en or other", |(_, code)| code);
            Err(Problem::error(
                value.span.clone(),
                format!("`{text}` is no value of `lang:`"),
                "expected a code of two letters (ISO 639-1)",
            )
            .hint(format!("write lang:{meant}")))
        }
    }
}

/// An address without scheme and `www.`, lower-cased.
pub(crate) fn bare_address(address: &str) -> &str {
    let rest = address
        .split_once("://")
        .filter(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphanumeric()))
        .map_or(address, |(_, rest)| rest);
    match rest.get(..4) {
        Some(www) if www.eq_ignore_ascii_case("www.") => rest.get(4..).unwrap_or_default(),
        _ => rest,
    }
}

fn url(value: &Value) -> Result<Fact, Problem> {
    let form = bare_address(value.text.trim()).to_lowercase();
    if form.is_empty() {
        return Err(Problem::error(
            value.span.clone(),
            "expected a part of an address after `url:`",
            "nothing is left to look for",
        ));
    }
    Ok(Fact::Url {
        written: value.text.trim().to_owned(),
        form,
    })
}

fn site(value: &Value) -> Result<String, Problem> {
    let text = value.text.trim().replace("[.]", ".").to_lowercase();
    let text = text.trim_start_matches("*.");
    let bare = bare_address(text).trim_end_matches('/').trim_matches('.');
    if let Some((host, path)) = bare.split_once('/') {
        return Err(Problem::error(
            value.span.clone(),
            "`site:` takes a host, without a path",
            "a path stands here",
        )
        .hint(format!("write site:{host} url:\"/{path}\"")));
    }
    let fine = host::is_host(bare) || (!bare.is_empty() && bare.chars().all(host_letter));
    if fine {
        return Ok(bare.to_owned());
    }
    Err(Problem::error(
        value.span.clone(),
        "expected a host after `site:`",
        "not a host",
    )
    .hint("write for example site:reddit.com"))
}

fn host_letter(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '.' | '_' | ':')
}

fn duration(value: &Value) -> Result<Duration, Problem> {
    let text = value.text.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "m" | "min" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        "w" => Some(604_800),
        _ => None,
    };
    let number = digits
        .parse::<u64>()
        .ok()
        .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    if let (Some(unit), Some(number)) = (unit, number)
        && let Some(seconds) = number.checked_mul(unit)
    {
        return Ok(Duration::from_secs(seconds));
    }
    Err(Problem::error(
        value.span.clone(),
        format!("`{text}` is no duration"),
        "expected a number and m, h, d or w",
    )
    .hint("write for example newer:24h, newer:90m, older:7d or older:2w"))
}

fn number_range(field: NumberField, value: &Value) -> Result<NumberRange, Problem> {
    let text = value.text.trim();
    let number = |text: &str| number(field, text.trim(), &value.span);
    let end = |text: &str| match text.trim() {
        "" | "*" => Ok(None),
        text => number(text).map(|found| Some((found, true))),
    };
    let (low, high) = if let Some(rest) = text.strip_prefix(">=").or(text.strip_prefix('≥')) {
        (Some((number(rest)?, true)), None)
    } else if let Some(rest) = text.strip_prefix("<=").or(text.strip_prefix('≤')) {
        (None, Some((number(rest)?, true)))
    } else if let Some(rest) = text.strip_prefix('>') {
        (Some((number(rest)?, false)), None)
    } else if let Some(rest) = text.strip_prefix('<') {
        (None, Some((number(rest)?, false)))
    } else if let Some((low, high)) = halves(text) {
        (end(low)?, end(high)?)
    } else {
        let exact = Some((number(text.trim_start_matches('='))?, true));
        (exact, exact)
    };
    let range = NumberRange { low, high };
    if let (Some((low, _)), Some((high, _))) = (low, high)
        && low > high
    {
        return Err(Problem::error(
            value.span.clone(),
            "this range is reversed",
            "from the higher to the lower",
        )
        .hint(format!("write {}:[{high} TO {low}]", field.as_str())));
    }
    if outside(field, &range) {
        let (least, most) = domain(field);
        let most = most.map_or(String::new(), |most| format!(" to {most}"));
        return Err(Problem::error(
            value.span.clone(),
            format!(
                "no mention can match: `{}:` goes from {least}{most}",
                field.as_str()
            ),
            "outside of it",
        ));
    }
    Ok(range)
}

/// The two ends of `a TO b` or `a..b`.
pub(crate) fn halves(text: &str) -> Option<(&str, &str)> {
    text.split_once("..").or_else(|| {
        let (before, after) = text
            .split_once(" TO ")
            .or_else(|| text.split_once(" to "))?;
        Some((before, after))
    })
}

/// The least and the most that a field can be.
pub(crate) const fn domain(field: NumberField) -> (f64, Option<f64>) {
    match field {
        NumberField::Rating => (1.0, Some(5.0)),
        NumberField::Score => (-1.0, Some(1.0)),
        NumberField::Followers | NumberField::Engagement => (0.0, None),
    }
}

fn outside(field: NumberField, range: &NumberRange) -> bool {
    let (least, most) = domain(field);
    let below = range
        .high
        .is_some_and(|(high, with)| high < least || (!with && high <= least));
    let above = range
        .low
        .is_some_and(|(low, with)| most.is_some_and(|most| low > most || (!with && low >= most)));
    below || above
}

fn number(field: NumberField, text: &str, span: &Range<usize>) -> Result<f64, Problem> {
    let whole = matches!(field, NumberField::Followers | NumberField::Engagement);
    let written: String = text.chars().filter(|&c| c != '_').collect();
    let written = written.replace('−', "-");
    let plain = written
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    let found = written
        .parse::<f64>()
        .ok()
        .filter(|number| plain && number.is_finite());
    match found {
        Some(number) if !(whole && written.contains('.')) => Ok(number),
        _ => {
            let kind = if whole { "a whole number" } else { "a number" };
            let problem = Problem::error(
                span.clone(),
                format!("expected {kind} after `{}:`", field.as_str()),
                "not one",
            );
            Err(problem.hint(match field {
                NumberField::Rating => "write for example rating:[1 TO 2] or rating:>=4",
                NumberField::Followers => {
                    "write for example followers:>1000, without points or commas"
                }
                NumberField::Engagement => {
                    "write for example engagement:>=50, without points or commas"
                }
                NumberField::Score => "write for example score:<-0.5, with a decimal point",
            }))
        }
    }
}

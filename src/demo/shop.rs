//! A shop's page of reviews, as such pages are: words in elements with classes, facts once more
//! in schema.org's microdata, ten reviews a page.

use chrono_tz::Europe::Rome;

use super::feeds::{escape, html, paragraphs};
use super::site::{Entry, Site};

const PER_PAGE: usize = 10;

/// The page that the query names (`page=2`), the first without; `None` where there is none.
pub(super) fn page(site: &Site, query: Option<&str>) -> Option<String> {
    let number = page_number(query)?;
    let start = (number - 1).checked_mul(PER_PAGE)?;
    if start > 0 && start >= site.entries.len() {
        return None;
    }
    let shown = site.entries.iter().skip(start).take(PER_PAGE);
    let reviews = shown.fold(String::new(), |out, entry| out + &review(site, entry));
    let next = if start + PER_PAGE < site.entries.len() {
        let after = number + 1;
        format!("<a rel=\"next\" class=\"next\" href=\"?page={after}\">Recensioni successive</a>")
    } else {
        String::new()
    };
    let about = &site.about;
    let (product, shop) = (escape(&about.product), escape(&about.name));
    let address = format!("{}{}", about.home, about.path);
    let (average, count) = (average(site), site.entries.len());
    Some(format!(
        r#"<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{product}: recensioni | {shop}</title>
<link rel="canonical" href="{address}">
</head>
<body>
<header><a href="/">{shop}</a> <nav><a href="/shop/carrello">Carrello</a></nav></header>
<main itemscope itemtype="https://schema.org/Product">
<h1 itemprop="name">{product}</h1>
<p itemprop="brand" itemscope itemtype="https://schema.org/Brand">Marca: <span itemprop="name">{brand}</span></p>
<p itemprop="aggregateRating" itemscope itemtype="https://schema.org/AggregateRating">
<span itemprop="ratingValue">{average}</span> su <span itemprop="bestRating">5</span>, <span itemprop="reviewCount">{count}</span> recensioni</p>
<section class="reviews">
{reviews}</section>
<nav class="pages">{next}</nav>
</main>
<footer>Spedizione gratuita sopra i 49 euro</footer>
</body>
</html>
"#,
        language = about.language,
        brand = escape(&about.brand),
    ))
}

fn page_number(query: Option<&str>) -> Option<usize> {
    let Some(value) = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .find_map(|pair| pair.strip_prefix("page="))
    else {
        return Some(1);
    };
    value.parse().ok().filter(|number| *number > 0)
}

fn review(site: &Site, entry: &Entry) -> String {
    let about = &site.about;
    let (id, title, author) = (
        escape(&entry.id),
        escape(&entry.title),
        escape(&entry.author),
    );
    let link = format!("{}{}/recensioni/{id}", about.home, about.path);
    let stars = entry.stars.map_or_else(String::new, |stars| {
        let shown: String = (1..=5)
            .map(|star| if star <= stars { '★' } else { '☆' })
            .collect();
        format!(
            r#"<p class="stars" itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating" data-rating="{stars}"><meta itemprop="ratingValue" content="{stars}"><meta itemprop="bestRating" content="5">{shown}</p>
"#
        )
    });
    let date = entry.published.map_or_else(String::new, |at| {
        let local = at.to_chrono().with_timezone(&Rome);
        let (exact, shown) = (local.format("%FT%T%:z"), local.format("%d/%m/%Y"));
        format!(
            r#" il <time class="date" itemprop="datePublished" datetime="{exact}">{shown}</time>"#
        )
    });
    let answer = entry.answer.as_deref().map_or_else(String::new, |answer| {
        format!(
            "<blockquote class=\"answer\"><strong>Risposta di {}</strong>\n{}</blockquote>\n",
            escape(&about.brand),
            paragraphs(answer),
        )
    });
    let text = html(entry);
    format!(
        r#"<article class="review" id="{id}" itemprop="review" itemscope itemtype="https://schema.org/Review">
<h3 data-review="{id}"><a class="permalink" itemprop="url" href="{link}"><span class="title" itemprop="name">{title}</span></a></h3>
{stars}<p class="by">di <span itemprop="author" itemscope itemtype="https://schema.org/Person"><span class="author" itemprop="name">{author}</span></span>{date}</p>
<div class="text" itemprop="reviewBody">
{text}</div>
{answer}</article>
"#
    )
}

/// The mean of the stars, with a decimal comma.
fn average(site: &Site) -> String {
    let stars: Vec<u32> = site
        .entries
        .iter()
        .filter_map(|entry| entry.stars.map(u32::from))
        .collect();
    let count = u32::try_from(stars.len()).unwrap_or(u32::MAX).max(1);
    let mean = f64::from(stars.iter().sum::<u32>()) / f64::from(count);
    format!("{mean:.1}").replace('.', ",")
}

#[cfg(test)]
mod tests {
    use crate::demo::{Place, World};
    use crate::model::Timestamp;

    fn get(query: Option<&str>) -> (u16, String) {
        let now = Timestamp::parse("2026-11-21T10:00:00Z").unwrap();
        let answer = World::new(now).answer(Place::Shop.path(), query, |_| None);
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    #[test]
    fn pages_hold_all_reviews_once_and_end() {
        let (first, second) = (get(None).1, get(Some("page=2")).1);
        assert_eq!(first.matches("<article").count(), 10);
        assert!(first.contains(r#"href="?page=2""#));
        assert_eq!(second.matches("<article").count(), 5);
        assert!(!second.contains("rel=\"next\""));
        assert!(first.contains("Scaldavivande") && !second.contains("Scaldavivande"));
        for query in ["page=3", "page=0", "page=x", "page=99999999999999999999"] {
            assert_eq!(get(Some(query)).0, 404, "{query}");
        }
    }

    #[test]
    fn a_review_can_be_read_by_selectors_and_by_microdata() {
        let html = scraper::Html::parse_document(&get(None).1);
        let select = |css: &str| scraper::Selector::parse(css).unwrap();
        let review = html.select(&select("article.review")).next().unwrap();
        let text = |css: &str| {
            let found = review.select(&select(css)).next().unwrap();
            found.text().collect::<String>().trim().to_owned()
        };
        let attribute = |css: &str, name: &str| {
            let found = review.select(&select(css)).next().unwrap();
            found.attr(name).unwrap().to_owned()
        };
        assert_eq!(text(".title"), "Scaldavivande");
        assert_eq!(text(".author"), "Giulia F.");
        assert_eq!(
            attribute("time.date", "datetime"),
            "2026-11-21T10:12:00+01:00"
        );
        assert_eq!(attribute(".stars", "data-rating"), "1");
        assert_eq!(attribute("h3", "data-review"), "r-90417");
        assert!(attribute("a.permalink", "href").contains("/frigoriferi/frigolux"));
        assert!(!text(".text").contains("tecnico"), "the answer is apart");
        assert_eq!(attribute("[itemprop=ratingValue]", "content"), "1");
        assert!(text("[itemprop=reviewBody]").starts_with("Consegnato"));
    }
}

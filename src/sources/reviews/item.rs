//! One review, comment or question to an item.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::extract::{
    Structured, Thing, Value, absolute_url, clean_line, parse_date, unwrap_redirect,
};
use crate::model::{Author, Item, ItemKind, Lang, OwnerReply, Timestamp};

use super::{kind, rating};

/// Properties that hold the brand's answer, whoever wrote it.
const REPLIES: [&str; 8] = [
    "ownerReply",
    "ownerResponse",
    "reviewReply",
    "reviewResponse",
    "companyReply",
    "merchantReply",
    "sellerResponse",
    "managementResponse",
];

/// Properties under which answers of anyone stand.
const ANSWERS: [&str; 5] = ["comment", "comments", "reply", "replies", "response"];

/// Kinds of things that speak for a brand.
const BRANDS: [&str; 7] = [
    "Organization",
    "Corporation",
    "LocalBusiness",
    "Store",
    "Restaurant",
    "Hotel",
    "Brand",
];

/// What an item of a page says.
pub(super) enum Said {
    /// Neither words nor a title: stars alone.
    Nothing,
    /// Something.
    Item(Box<Item>),
}

/// The items of a page, in its order.
pub(super) fn items<'a>(page: &'a Structured, address: &'a Url) -> impl Iterator<Item = Said> + 'a {
    let reading = Reading::new(page, address);
    (0..page.things.len()).filter_map(move |place| reading.item(place))
}

struct Reading<'a> {
    page: &'a Structured,
    address: &'a Url,
    /// What a thing is a property of: the nearest around it, by its place.
    around: HashMap<usize, (usize, &'a str)>,
    /// The answers of the brand, which are no items of their own.
    replies: HashSet<usize>,
    /// How the brands of the page are called.
    brands: HashSet<String>,
}

impl<'a> Reading<'a> {
    fn new(page: &'a Structured, address: &'a Url) -> Self {
        let mut around = HashMap::new();
        let mut brands = HashSet::new();
        for (place, thing) in page.things.iter().enumerate() {
            for (name, value) in &thing.properties {
                if let Value::Thing(inner) = value {
                    around.entry(*inner).or_insert((place, name.as_str()));
                }
            }
            if BRANDS.iter().any(|kind| thing.is(kind)) {
                brands.extend(thing.line(&["name"]).map(|name| name.to_lowercase()));
            }
        }
        let mut reading = Self {
            page,
            address,
            around,
            replies: HashSet::new(),
            brands,
        };
        let replies = page.things.iter();
        reading.replies = replies
            .filter_map(|thing| reading.reply_of(thing)?.1)
            .collect();
        reading
    }

    /// The brand's answer to a review, and its place where it is a thing.
    fn reply_of(&self, review: &Thing) -> Option<(OwnerReply, Option<usize>)> {
        if kind(review) != Some(ItemKind::Review) {
            return None;
        }
        let surely = REPLIES.iter().flat_map(|name| review.values(name));
        let perhaps = ANSWERS
            .iter()
            .flat_map(|name| review.values(name))
            .filter(|value| self.is_of_brand(value, review));
        surely.chain(perhaps).find_map(|value| match value {
            Value::Thing(place) => {
                let thing = self.page.thing(*place)?;
                let reply = OwnerReply {
                    text: thing.text(&["text", "reviewBody", "description", "comment"])?,
                    published: date(thing),
                };
                Some((reply, Some(*place)))
            }
            plain => {
                let reply = OwnerReply {
                    text: plain.text()?,
                    published: None,
                };
                Some((reply, None))
            }
        })
    }

    /// Whether an answer was written by whom the review is about.
    fn is_of_brand(&self, value: &Value, review: &Thing) -> bool {
        let Value::Thing(place) = value else {
            return false;
        };
        let Some(answer) = self.page.thing(*place) else {
            return false;
        };
        let by_kind = answer.values("author").any(|author| {
            matches!(author, Value::Thing(place) if self.page.thing(*place)
                .is_some_and(|author| BRANDS.iter().any(|kind| author.is(kind))))
        });
        let by_name = || {
            let name = self.author(answer).name?.to_lowercase();
            let own = self.author(review).name.map(|name| name.to_lowercase());
            Some(self.brands.contains(&name) && own.as_ref() != Some(&name))
        };
        by_kind || by_name().unwrap_or(false)
    }

    /// The item that a thing is; `None` for what is none.
    fn item(&self, place: usize) -> Option<Said> {
        let thing = self.page.thing(place)?;
        let kind = kind(thing)?;
        if self.replies.contains(&place) {
            return None;
        }
        let around = self.around.get(&place).copied();
        let text = thing
            .text(&[
                "reviewBody",
                "text",
                "commentText",
                "articleBody",
                "description",
            ])
            .unwrap_or_default();
        let mut title = thing.line(&["headline", "name"]);
        if title
            .as_ref()
            .is_some_and(|title| clean_line(&text) == *title)
        {
            title = None;
        }
        if title.is_none() && text.is_empty() {
            // A mere reference to a thing that another page describes is no item.
            return (!thing.properties.is_empty()).then_some(Said::Nothing);
        }
        if title.is_none() && kind == ItemKind::Review {
            title = self.subject(thing, around);
        }
        let link = self.link(thing);
        Some(Said::Item(Box::new(Item {
            native_id: identifier(thing, self.page),
            permalink: link.is_some(),
            url: Some(link.unwrap_or_else(|| self.address.to_string())),
            kind,
            title,
            text,
            author: self.author(thing),
            published: date(thing),
            lang_hint: thing
                .line(&["inLanguage"])
                .and_then(|tag| Lang::parse(tag.split(['-', '_']).next()?)),
            rating: rating::of(thing, self.page),
            engagement: self.engagement(thing),
            parent: self.parent(thing, kind, around),
            owner_reply: self.reply_of(thing).map(|(reply, _)| reply),
        })))
    }

    /// The name of what a review is about.
    fn subject(&self, review: &Thing, around: Option<(usize, &str)>) -> Option<String> {
        let named = review.values("itemReviewed").find_map(|value| match value {
            Value::Thing(place) => self.page.thing(*place)?.line(&["name"]),
            plain => plain.text().map(|text| clean_line(&text)),
        });
        named.or_else(|| {
            let (place, name) = around?;
            let is_review = name.to_ascii_lowercase().contains("review");
            self.page
                .thing(place)
                .filter(|_| is_review)?
                .line(&["name", "headline"])
        })
    }

    /// The address of the item: its `url`, else its identifier where that is an address.
    fn link(&self, thing: &Thing) -> Option<String> {
        let written = ["url", "@id"]
            .iter()
            .find_map(|name| thing.line(&[name]))
            .or_else(|| {
                thing
                    .id
                    .clone()
                    .filter(|id| id.contains('#') || id.contains("://"))
            })?;
        let base = self.page.head.base.as_ref().unwrap_or(self.address);
        let link = absolute_url(Some(base), &written)?;
        Some(unwrap_redirect(link).to_string())
    }

    fn author(&self, thing: &Thing) -> Author {
        let written = ["author", "creator", "reviewer"]
            .iter()
            .flat_map(|name| thing.values(name))
            .find_map(|value| match value {
                Value::Thing(place) => {
                    let person = self.page.thing(*place)?;
                    let given = || {
                        let parts = [person.line(&["givenName"]), person.line(&["familyName"])];
                        let name: Vec<String> = parts.into_iter().flatten().collect();
                        Some(name.join(" ")).filter(|name| !name.is_empty())
                    };
                    person
                        .line(&["name"])
                        .or_else(given)
                        .or_else(|| person.line(&["alternateName"]))
                }
                Value::Link(_) => None,
                plain => plain.text().map(|text| clean_line(&text)),
            });
        let handle = written
            .clone()
            .filter(|name| name.starts_with('@') && !name.contains(' '));
        Author {
            name: written,
            handle,
            followers: None,
        }
    }

    /// Votes and answers, where the page counts them.
    fn engagement(&self, thing: &Thing) -> Option<u64> {
        let number = |thing: &Thing, name: &str| thing.line(&[name])?.parse::<u64>().ok();
        let counted = thing
            .values("interactionStatistic")
            .filter_map(|value| match value {
                Value::Thing(place) => number(self.page.thing(*place)?, "userInteractionCount"),
                _ => None,
            });
        let own = ["upvoteCount", "commentCount", "answerCount"]
            .iter()
            .filter_map(|name| number(thing, name));
        counted.chain(own).fold(None, |sum: Option<u64>, count| {
            Some(sum.unwrap_or_default().saturating_add(count))
        })
    }

    /// The address of what an answer answers to.
    fn parent(
        &self,
        thing: &Thing,
        kind: ItemKind,
        around: Option<(usize, &str)>,
    ) -> Option<String> {
        let named = thing.values("parentItem").find_map(|value| match value {
            Value::Thing(place) => self.link(self.page.thing(*place)?),
            plain => {
                let written = plain.text()?;
                absolute_url(Some(self.address), &written).map(|url| url.to_string())
            }
        });
        named.or_else(|| {
            let (place, _) = around.filter(|_| kind == ItemKind::Comment)?;
            self.link(self.page.thing(place)?)
        })
    }
}

fn date(thing: &Thing) -> Option<Timestamp> {
    ["datePublished", "dateCreated", "commentTime", "dateline"]
        .iter()
        .find_map(|name| parse_date(&thing.line(&[name])?))
}

/// The publisher's identifier: `identifier`, else `@id`.
fn identifier(thing: &Thing, page: &Structured) -> Option<String> {
    let named = thing.values("identifier").find_map(|value| match value {
        Value::Thing(place) => page.thing(*place)?.line(&["value", "propertyID"]),
        plain => plain.text().map(|text| clean_line(&text)),
    });
    named.or_else(|| thing.id.clone().filter(|id| !id.starts_with("_:")))
}

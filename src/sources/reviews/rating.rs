//! Stars on the publisher's scale.

use crate::extract::{Structured, Thing, Value};

/// The stars of a review, brought to the scale 1 to 5.
pub(super) fn of(review: &Thing, page: &Structured) -> Option<f64> {
    let rating = ["reviewRating", "rating", "ratingValue", "starRating"]
        .iter()
        .flat_map(|name| review.values(name))
        .next()?;
    match rating {
        Value::Thing(place) => {
            let thing = page.thing(*place)?;
            let number = |name: &str| number(&thing.line(&[name])?);
            let written = thing.line(&["ratingValue", "value"])?;
            on_scale(&written, number("worstRating"), number("bestRating"))
        }
        plain => {
            let written = plain.text()?;
            let number = |name: &str| number(&review.line(&[name])?);
            on_scale(&written, number("worstRating"), number("bestRating"))
        }
    }
}

/// `4,5`, `4.5/5`, `80 %` on a scale that ends at 5 where the publisher says nothing else.
///
/// Of a scale that begins at 0 or 1, the share of the best counts: 8 of 10 are 4 stars, as readers
/// say. Any other, also one on which less is better, is stretched from 1 to 5.
fn on_scale(written: &str, worst: Option<f64>, best: Option<f64>) -> Option<f64> {
    let value = number(written)?;
    let said = written.split_once('/').and_then(|(_, best)| number(best));
    let percent = written.trim_end().ends_with('%').then_some(100.0);
    let best = best.or(said).or(percent).unwrap_or(5.0);
    let worst = worst.unwrap_or(if best <= 1.0 { 0.0 } else { 1.0_f64.min(best) });
    let usual = best > 1.0 && (0.0..=1.0).contains(&worst);
    let stars = if usual {
        if value < 0.0 || value > best {
            return None;
        }
        value * 5.0 / best
    } else {
        let (least, most) = (worst.min(best), worst.max(best));
        if least >= most || value < least || value > most {
            return None;
        }
        1.0 + 4.0 * (value - worst) / (best - worst)
    };
    Some(((stars * 100.0).round() / 100.0).clamp(1.0, 5.0))
}

/// The first number of a text, with a decimal point or comma.
fn number(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let (before, from) = text.split_at_checked(start)?;
    let whole = from.bytes().take_while(u8::is_ascii_digit).count();
    let fraction = from
        .get(whole..)?
        .strip_prefix(['.', ','])
        .map_or(0, |rest| {
            rest.bytes().take_while(u8::is_ascii_digit).count()
        });
    let length = if fraction > 0 {
        whole + 1 + fraction
    } else {
        whole
    };
    let value: f64 = from.get(..length)?.replace(',', ".").parse().ok()?;
    let value = if before.ends_with('-') { -value } else { value };
    (value.abs() <= 1_000_000.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brings_any_scale_to_five() {
        for (written, worst, best, stars) in [
            ("4", None, None, Some(4.0)),
            ("4,5", None, Some(5.0), Some(4.5)),
            ("4.5 / 5", None, None, Some(4.5)),
            ("8", None, Some(10.0), Some(4.0)),
            ("8", Some(1.0), Some(10.0), Some(4.0)),
            ("0", Some(0.0), Some(10.0), Some(1.0)),
            ("90", Some(0.0), Some(100.0), Some(4.5)),
            ("80%", None, None, Some(4.0)),
            ("7/10", None, None, Some(3.5)),
            ("2", Some(6.0), Some(1.0), Some(4.2)),
            ("0.5", None, Some(1.0), Some(3.0)),
            ("0", Some(-2.0), Some(2.0), Some(3.0)),
            ("-2", Some(-2.0), Some(2.0), Some(1.0)),
            ("9", None, None, None),
            ("11", None, Some(10.0), None),
            ("-1", None, None, None),
            ("ottimo", None, None, None),
            ("", None, None, None),
            ("3", Some(5.0), Some(5.0), None),
        ] {
            assert_eq!(
                on_scale(written, worst, best),
                stars,
                "{written} {worst:?} {best:?}"
            );
        }
    }
}

//! Stars as pages write them.

/// The stars in `4`, `4,5`, `4 su 5`, `4/5`, `4.0 out of 5 stars`, `8/10`, `80%`, `★★★★☆`, brought
/// to the scale 1 to 5.
///
/// `None` where there are none: no number, nought, or a number beyond 5 whose scale is not said.
pub(super) fn parse(text: &str) -> Option<f64> {
    let text: String = text.chars().take(200).collect::<String>().to_lowercase();
    if let Some(stars) = drawn(&text) {
        return within(stars, 5.0);
    }
    let (value, rest) = number(&text)?;
    if rest.trim_start().starts_with('%') {
        return within(value, 100.0);
    }
    match scale(rest) {
        Some(best) => within(value, best),
        None => within(value, 5.0),
    }
}

/// The full stars among those drawn.
fn drawn(text: &str) -> Option<f64> {
    let full = text
        .chars()
        .filter(|c| matches!(c, '★' | '⭐' | '🌟'))
        .count();
    let empty = text.chars().filter(|c| matches!(c, '☆' | '✩')).count();
    let halves = text.matches('½').count();
    // `★ 4,5` is a number with an ornament.
    if full + empty < 2 || full + empty > 5 || text.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let full = u8::try_from(full).ok()?;
    let halves = u8::try_from(halves.min(1)).ok()?;
    Some(f64::from(full) + f64::from(halves) / 2.0)
}

/// The first number, with a decimal point or comma, and what follows it.
fn number(text: &str) -> Option<(f64, &str)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let (before, from) = text.split_at_checked(start)?;
    if before.ends_with('-') {
        return None;
    }
    let mut end = from.bytes().take_while(u8::is_ascii_digit).count();
    let fraction = from.get(end..)?.strip_prefix(['.', ',']).map_or(0, |rest| {
        rest.bytes().take_while(u8::is_ascii_digit).count()
    });
    if fraction > 0 {
        end += 1 + fraction;
    }
    let (digits, rest) = from.split_at_checked(end)?;
    Some((digits.replace(',', ".").parse().ok()?, rest))
}

/// The best of the scale, where it is said: `/5`, `su 5`, `out of 5`, `von 5`, `sur 5`.
fn scale(rest: &str) -> Option<f64> {
    let rest = rest
        .trim_start()
        .trim_start_matches("stelle")
        .trim_start_matches("stars")
        .trim_start_matches("star")
        .trim_start();
    let after = ["/", "su ", "out of ", "of ", "von ", "sur ", "de ", "di "]
        .into_iter()
        .find_map(|word| rest.strip_prefix(word))?;
    let (best, _) = number(after.trim_start())?;
    after
        .trim_start()
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(best)
}

fn within(value: f64, best: f64) -> Option<f64> {
    if value <= 0.0 || best < 1.0 || value > best {
        return None;
    }
    let stars = value * 5.0 / best;
    Some(((stars * 100.0).round() / 100.0).clamp(1.0, 5.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_stars() {
        for (text, stars) in [
            ("4", Some(4.0)),
            ("4,5", Some(4.5)),
            ("4.5", Some(4.5)),
            ("4 su 5", Some(4.0)),
            ("4,0 su 5 stelle", Some(4.0)),
            ("4/5", Some(4.0)),
            ("4 / 5", Some(4.0)),
            ("4 out of 5 stars", Some(4.0)),
            ("4 stars out of 5", Some(4.0)),
            ("Rated 3.00 out of 5", Some(3.0)),
            ("Voto: 2 stelle su 5", Some(2.0)),
            ("8/10", Some(4.0)),
            ("1/10", Some(1.0)),
            ("80%", Some(4.0)),
            ("★★★★☆", Some(4.0)),
            ("★★★", Some(3.0)),
            ("☆☆☆☆☆", None),
            ("★ 4,5", Some(4.5)),
            ("star-rating-4", None),
            ("rating_4", Some(4.0)),
            ("0", None),
            ("87", None),
            ("6 su 5", None),
            ("", None),
            ("ottimo", None),
        ] {
            assert_eq!(parse(text), stars, "{text}");
        }
    }
}

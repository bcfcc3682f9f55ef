//! What is said where a search found nothing.

use super::app::App;
use super::terminal::{count, one_line};
use crate::model::SourceHealth;
use crate::pipeline::nothing::{Nothing, why_nothing};
use crate::pipeline::search::SearchOptions;
use crate::query::Query;
use crate::store::Store;

/// Tells on stderr why there is nothing.
pub(crate) fn explain(
    app: &App,
    store: &Store,
    query: &Query,
    options: &SearchOptions,
) -> anyhow::Result<()> {
    anstream::eprintln!("no mentions");
    if store.newest_id()?.is_none() {
        anstream::eprintln!("- nothing was collected yet: `ascolto collect`");
    } else {
        for line in reasons(&why_nothing(store, query, options)?) {
            anstream::eprintln!("- {line}");
        }
    }
    let states = store.source_states()?;
    let failing: Vec<&str> = states
        .iter()
        .filter(|state| matches!(state.health, SourceHealth::Failing | SourceHealth::Blocked))
        .map(|state| state.name.as_str())
        .collect();
    if !failing.is_empty() {
        let all = app.archive()?.config.sources.len();
        anstream::eprintln!(
            "- {} of {} cannot be read ({}): `ascolto sources` says why",
            failing.len(),
            count(all, "source", "sources"),
            failing.join(", ")
        );
    }
    Ok(())
}

/// How many terms of a kind are named.
const NAMED: usize = 6;

fn reasons(why: &Nothing) -> Vec<String> {
    let mut lines = Vec::new();
    if why.outside > 0 {
        let all = count(why.outside, "mention matches", "mentions match");
        lines.push(format!(
            "{all} at other times: look without --since and --until"
        ));
    }
    for (term, near) in why.missing.iter().take(NAMED) {
        let term = one_line(term);
        lines.push(match near {
            Some(near) => format!("no mention holds `{term}`: did you mean `{near}`?"),
            None => format!("no mention holds `{term}`"),
        });
    }
    if why.missing.len() > NAMED {
        lines.push(format!("nor {} other terms", why.missing.len() - NAMED));
    }
    if !why.standing.is_empty() {
        let named: Vec<String> = why
            .standing
            .iter()
            .take(NAMED)
            .map(|(term, count)| format!("`{}` stands in {count}", one_line(term)))
            .collect();
        let but = match why.standing.len() {
            1 => "but not with all else that the query asks for",
            _ => "but none holds all that the query asks for",
        };
        lines.push(format!("{}, {but}", named.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_terms_and_near_spellings() {
        let why = Nothing {
            outside: 0,
            missing: vec![
                ("frigolus".into(), Some("frigolux".into())),
                ("xyz".into(), None),
            ],
            standing: vec![("acqua".into(), 12), ("title:perde".into(), 1)],
        };
        assert_eq!(
            reasons(&why),
            [
                "no mention holds `frigolus`: did you mean `frigolux`?",
                "no mention holds `xyz`",
                "`acqua` stands in 12, `title:perde` stands in 1, but none holds all that the query \
                 asks for",
            ]
        );
    }
}

//! Secrets that the configuration names: by a variable of the environment, or by a file.

use std::path::Path;

use super::document::{Document, Finding};
use super::section::{Section, Text, short};
use super::settings_file::Surroundings;
use crate::model::Secret;

/// The secret that `STEM_env` or `STEM_file` of a section names. `only` says what is not possible
/// without it: "mail can be sent only".
///
/// That it is not to be had is a warning: who searches or checks need not hold what the daemon has.
pub(super) fn secret<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    stem: &str,
    around: &Surroundings,
    only: &str,
) -> Option<Secret> {
    let variable = section.text(document, &format!("{stem}_env"));
    let file = section.text(document, &format!("{stem}_file"));
    match (variable, file) {
        (Some(_), Some(file)) => {
            document.report(
                Finding::error(
                    file.span,
                    format!("`{stem}_env` and `{stem}_file` both give a {stem}"),
                )
                .hint("take one of the two away".to_owned()),
            );
            None
        }
        (Some(variable), None) => {
            let secret = (around.variable)(variable.value).filter(|secret| !secret.is_empty());
            if secret.is_none() {
                document.report(
                    Finding::warning(
                        variable.span,
                        format!(
                            "the environment has no variable `{}`",
                            short(variable.value)
                        ),
                    )
                    .hint(format!("{only} where it is set")),
                );
            }
            secret.map(Secret::new)
        }
        (None, Some(file)) => secret_from(document, &file, stem, &around.dir, only),
        (None, None) => None,
    }
}

fn secret_from<'t>(
    document: &mut Document<'t>,
    file: &Text<'t>,
    stem: &str,
    dir: &Path,
    only: &str,
) -> Option<Secret> {
    let problem = match std::fs::read_to_string(dir.join(file.value)) {
        Ok(secret) if secret.len() > 4096 => format!("it is far too long for a {stem}"),
        Ok(secret) if secret.trim().is_empty() => "it is empty".to_owned(),
        Ok(secret) => {
            return Some(Secret::new(
                secret.trim_end_matches(['\r', '\n']).to_owned(),
            ));
        }
        Err(error) => error.to_string(),
    };
    document.report(
        Finding::warning(
            file.span.clone(),
            format!(
                "cannot read the {stem} from `{}`: {problem}",
                short(file.value)
            ),
        )
        .hint(format!(
            "the path starts from the folder of this file; {only} where it is readable"
        )),
    );
    None
}

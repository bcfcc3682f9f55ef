//! Inflection: one entry of a list stands for all forms of its word.
//!
//! `lent/o` is lento, lenta, lenti, lente; `rimbors/are` is the whole verb; `crash/v` is crash,
//! crashes, crashed, crashing. Forms that do not exist do no harm, as nobody writes them; so the
//! rules stay short. `lexicons/README.md` lists the classes for those who edit the lists.

use crate::model::Lang;

/// All forms of `stem/class`, or `None` where the language has no such class.
pub(super) fn forms(language: Lang, stem: &str, class: &str) -> Option<Vec<String>> {
    let endings: &[&str] = match (language.as_str(), class) {
        ("it", "o") => return Some(italian_adjective(stem)),
        ("it", "e") => &["e", "i"],
        ("it", "a") => &["a", "e", "he"],
        ("it", "are") => return Some(italian_verb(stem, 'a', ARE)),
        ("it", "ere") => return Some(italian_verb(stem, 'e', ERE)),
        ("it", "ire") => return Some(italian_verb(stem, 'i', IRE)),
        ("it", "isco") => return Some(italian_verb(stem, 'i', ISCO)),
        ("en", "s") => return Some(english(stem, Part::Noun)),
        ("en", "v") => return Some(english(stem, Part::Verb)),
        ("en", "vv") => return Some(english(stem, Part::DoublingVerb)),
        ("en", "a") => return Some(english(stem, Part::Adjective)),
        ("es", "o") => &[
            "o", "a", "os", "as", "amente", "isimo", "isima", "isimos", "isimas",
        ],
        ("es", "e") => &["e", "es", "emente", "isimo", "isima"],
        ("es" | "fr", "s") => &["", "s", "es"],
        ("es", "ar") => &[
            "ar", "o", "as", "a", "amos", "an", "e", "aste", "aron", "aba", "aban", "ando", "ado",
            "ada", "ados", "adas", "en", "es", "aré", "ará", "arán", "aría", "arme", "arlo",
            "arla", "arse",
        ],
        ("es", "er" | "ir") => &[
            "er", "ir", "o", "es", "e", "emos", "imos", "en", "í", "iste", "ió", "ieron", "ía",
            "ían", "iendo", "ido", "ida", "idos", "idas", "a", "as", "an", "erá", "irá", "ería",
            "erme", "irme", "erlo", "irlo",
        ],
        ("fr", "e") => &["", "e", "s", "es"],
        ("fr", "eux") => &["eux", "euse", "euses", "eusement"],
        ("fr", "if") => &["if", "ive", "ifs", "ives"],
        ("fr", "er") => &[
            "er", "e", "es", "ons", "ez", "ent", "ais", "ait", "aient", "é", "ée", "és", "ées",
            "ant", "era", "erai", "erait",
        ],
        ("de", "a") => &[
            "", "e", "er", "es", "en", "em", "ere", "eren", "erer", "eres", "ste", "sten", "ster",
            "stes",
        ],
        ("de", "n") => &["", "e", "en", "er", "n", "s", "es"],
        ("de", "v") => &[
            "en", "e", "st", "t", "te", "ten", "test", "et", "est", "ete", "eten", "end",
        ],
        _ => return None,
    };
    Some(
        endings
            .iter()
            .map(|ending| format!("{stem}{ending}"))
            .collect(),
    )
}

fn italian_adjective(stem: &str) -> Vec<String> {
    let mut forms: Vec<String> = ["o", "a", "i", "e"]
        .iter()
        .map(|e| format!("{stem}{e}"))
        .collect();
    if stem.ends_with(['c', 'g']) {
        forms.push(format!("{stem}hi"));
        forms.push(format!("{stem}he"));
    }
    if stem.ends_with('i') {
        forms.push(stem.to_owned());
    }
    forms
}

const ARE: &[&str] = &[
    "o", "i", "a", "iamo", "ate", "ano", "avo", "avi", "ava", "avamo", "avate", "avano", "ai",
    "asti", "ammo", "aste", "arono", "erò", "erai", "erà", "eremo", "erete", "eranno", "erei",
    "eresti", "erebbe", "eremmo", "ereste", "erebbero", "ino", "iate", "assi", "asse", "assimo",
    "assero", "ando", "ato", "ata", "ati", "are",
];
const ERE: &[&str] = &[
    "o", "i", "e", "iamo", "ete", "ono", "evo", "evi", "eva", "evamo", "evate", "evano", "ei",
    "esti", "é", "ette", "emmo", "este", "erono", "ettero", "erò", "erai", "erà", "eremo", "erete",
    "eranno", "erei", "eresti", "erebbe", "eremmo", "ereste", "erebbero", "a", "ano", "iate",
    "essi", "esse", "essimo", "essero", "endo", "uto", "uta", "uti", "ute", "ere",
];
const IRE: &[&str] = &[
    "o", "i", "e", "iamo", "ite", "ono", "ivo", "ivi", "iva", "ivamo", "ivate", "ivano", "ii",
    "isti", "ì", "immo", "iste", "irono", "irò", "irai", "irà", "iremo", "irete", "iranno", "irei",
    "iresti", "irebbe", "iremmo", "ireste", "irebbero", "a", "ano", "iate", "issi", "isse",
    "issimo", "issero", "endo", "ito", "ita", "iti", "ire",
];
const ISCO: &[&str] = &[
    "isco", "isci", "isce", "iscono", "isca", "iscano", "iamo", "ite", "ivo", "ivi", "iva",
    "ivamo", "ivate", "ivano", "ii", "isti", "ì", "immo", "iste", "irono", "irò", "irai", "irà",
    "iremo", "irete", "iranno", "irei", "iresti", "irebbe", "iremmo", "ireste", "irebbero", "iate",
    "issi", "isse", "issimo", "issero", "endo", "ito", "ita", "iti", "ire",
];
/// What is written onto an infinitive, a gerund's place, or an imperative.
const CLITICS: &[&str] = &[
    "mi", "ti", "ci", "vi", "si", "lo", "la", "li", "le", "ne", "gli",
];

fn italian_verb(stem: &str, vowel: char, endings: &[&str]) -> Vec<String> {
    let mut forms: Vec<String> = Vec::with_capacity(endings.len() + CLITICS.len() * 2);
    for ending in endings {
        forms.push(format!("{stem}{ending}"));
        if vowel == 'a' && ending.starts_with(['e', 'i']) {
            if stem.ends_with(['c', 'g']) {
                forms.push(format!("{stem}h{ending}"));
            } else if let Some(short) = stem.strip_suffix('i') {
                forms.push(format!("{short}{ending}"));
            }
        }
    }
    for clitic in CLITICS {
        forms.push(format!("{stem}{vowel}r{clitic}"));
        forms.push(format!("{stem}{vowel}te{clitic}"));
    }
    forms
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Noun,
    Verb,
    DoublingVerb,
    Adjective,
}

fn english(word: &str, part: Part) -> Vec<String> {
    let consonant_y = word.ends_with('y')
        && !["ay", "ey", "oy", "uy"]
            .iter()
            .any(|end| word.ends_with(end));
    let without_last = word.get(..word.len().saturating_sub(1)).unwrap_or_default();
    let hissing = ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| word.ends_with(end));
    let plural = if consonant_y {
        format!("{without_last}ies")
    } else if hissing {
        format!("{word}es")
    } else {
        format!("{word}s")
    };
    let base = match part {
        Part::DoublingVerb => format!("{word}{}", word.chars().next_back().unwrap_or_default()),
        _ if word.ends_with('e') => without_last.to_owned(),
        _ => word.to_owned(),
    };
    let soft = if consonant_y {
        format!("{without_last}i")
    } else {
        base.clone()
    };
    let mut forms = vec![word.to_owned()];
    match part {
        Part::Noun => forms.push(plural),
        Part::Verb | Part::DoublingVerb => {
            forms.extend([
                plural,
                format!("{soft}ed"),
                format!("{base}ing"),
                format!("{base}in"),
            ]);
        }
        Part::Adjective => {
            forms.extend([format!("{soft}er"), format!("{soft}est")]);
            let adverb = if consonant_y { &soft } else { word };
            forms.push(match adverb.strip_suffix("le") {
                Some(stem) => format!("{stem}ly"),
                None => format!("{adverb}ly"),
            });
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_stands_for_all_forms() {
        for (language, stem, class, expected) in [
            (Lang::IT, "sporc", "o", "sporchi"),
            (Lang::IT, "delud", "ere", "deluderà"),
            (Lang::IT, "pag", "are", "pagherò"),
            (Lang::IT, "mangi", "are", "mangerei"),
            (Lang::IT, "rimbors", "are", "rimborsarmi"),
            (Lang::IT, "pul", "isco", "puliscono"),
            (Lang::EN, "love", "v", "loving"),
            (Lang::EN, "stop", "vv", "stopped"),
            (Lang::EN, "worry", "v", "worried"),
            (Lang::EN, "happy", "a", "happily"),
            (Lang::EN, "terrible", "a", "terribly"),
            (Lang::EN, "glitch", "s", "glitches"),
            (Lang::DE, "schlecht", "a", "schlechten"),
        ] {
            let found = forms(language, stem, class).unwrap();
            assert!(
                found.contains(&expected.to_owned()),
                "{stem}/{class}: {found:?}"
            );
        }
        assert_eq!(forms(Lang::IT, "x", "zz"), None);
    }
}

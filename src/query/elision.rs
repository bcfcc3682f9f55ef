//! The elisions of Italian and French: what stands before an apostrophe and is a word of its own.

use super::fold;

/// Whether a word before an apostrophe is an elision of Italian or French.
pub(super) fn elided(word: &str) -> bool {
    const LONGEST: usize = 12;
    if word.len() > LONGEST {
        return false;
    }
    let known = |word: &[u8]| {
        ELISIONS
            .binary_search_by(|elision| elision.as_bytes().cmp(word))
            .is_ok()
    };
    let mut small = [0; LONGEST];
    match small.get_mut(..word.len()) {
        Some(small) if word.is_ascii() => {
            small.copy_from_slice(word.as_bytes());
            small.make_ascii_lowercase();
            known(small)
        }
        _ => known(fold::bare(word).as_bytes()),
    }
}

/// What is elided before an apostrophe, without accents, sorted.
#[rustfmt::skip]
const ELISIONS: &[&str] = &[
    "agl", "alcun", "all", "allor", "altr", "anch", "ancor", "bell", "brav", "buon", "c", "cent",
    "cert", "ch", "ciascun", "cinquant", "cogl", "coll", "com", "contr", "cos", "d", "dagl", "dall",
    "degl", "dell", "dentr", "dev", "diciott", "dov", "dovunqu", "entr", "fin", "fors", "gl",
    "gliel", "grand", "gross", "intorn", "j", "jusqu", "l", "laddov", "lorsqu", "m", "medesim",
    "mezz", "mill", "n", "neanch", "negl", "nell", "nemmen", "neppur", "nessun", "nient", "nostr",
    "null", "ogn", "ognun", "oltr", "ond", "ott", "ottant", "ov", "pegl", "pell", "perch", "po", "pover",
    "presqu", "prim", "puisqu", "qu", "qual", "qualch", "qualcos", "qualcun", "quand", "quant",
    "quarant", "quattr", "quell", "quelqu", "quest", "quoiqu", "s", "sant", "second", "senz",
    "sessant", "sett", "settant", "sopr", "sott", "st", "sugl", "sull", "t", "tal", "talun", "tant",
    "trent", "tropp", "tutt", "un", "v", "vent", "vostr",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(ELISIONS.is_sorted());
    }
}

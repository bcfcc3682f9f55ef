//! Languages by their names, for those who do not read ISO codes.

use super::Lang;

/// Code, name in Italian, name in English; by code.
const NAMES: [(&str, &str, &str); 46] = [
    ("ar", "arabo", "Arabic"),
    ("bg", "bulgaro", "Bulgarian"),
    ("bn", "bengalese", "Bengali"),
    ("bs", "bosniaco", "Bosnian"),
    ("ca", "catalano", "Catalan"),
    ("cs", "ceco", "Czech"),
    ("da", "danese", "Danish"),
    ("de", "tedesco", "German"),
    ("el", "greco", "Greek"),
    ("en", "inglese", "English"),
    ("es", "spagnolo", "Spanish"),
    ("et", "estone", "Estonian"),
    ("eu", "basco", "Basque"),
    ("fa", "persiano", "Persian"),
    ("fi", "finlandese", "Finnish"),
    ("fr", "francese", "French"),
    ("ga", "irlandese", "Irish"),
    ("gl", "galiziano", "Galician"),
    ("he", "ebraico", "Hebrew"),
    ("hi", "hindi", "Hindi"),
    ("hr", "croato", "Croatian"),
    ("hu", "ungherese", "Hungarian"),
    ("id", "indonesiano", "Indonesian"),
    ("it", "italiano", "Italian"),
    ("ja", "giapponese", "Japanese"),
    ("ko", "coreano", "Korean"),
    ("lt", "lituano", "Lithuanian"),
    ("lv", "lettone", "Latvian"),
    ("mt", "maltese", "Maltese"),
    ("nb", "norvegese", "Norwegian"),
    ("nl", "olandese", "Dutch"),
    ("no", "norvegese", "Norwegian"),
    ("pl", "polacco", "Polish"),
    ("pt", "portoghese", "Portuguese"),
    ("ro", "romeno", "Romanian"),
    ("ru", "russo", "Russian"),
    ("sk", "slovacco", "Slovak"),
    ("sl", "sloveno", "Slovenian"),
    ("sq", "albanese", "Albanian"),
    ("sr", "serbo", "Serbian"),
    ("sv", "svedese", "Swedish"),
    ("tl", "tagalog", "Tagalog"),
    ("tr", "turco", "Turkish"),
    ("uk", "ucraino", "Ukrainian"),
    ("vi", "vietnamita", "Vietnamese"),
    ("zh", "cinese", "Chinese"),
];

impl Lang {
    /// The language's name for a reader of Italian, or else of English; its code where it is not
    /// one of those that have a name here.
    pub fn name(&self, reader: Self) -> &str {
        let code = self.as_str();
        let [italian, english] = if *self == Self::OTHER {
            ["altre", "other"]
        } else {
            let known = NAMES.iter().find(|(known, _, _)| *known == code);
            known.map_or([code, code], |(_, italian, english)| [italian, english])
        };
        if reader == Self::IT { italian } else { english }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_names_and_unknown_ones_their_code() {
        let name = |code| {
            let lang = Lang::parse(code).unwrap();
            [
                lang.name(Lang::IT).to_owned(),
                lang.name(Lang::EN).to_owned(),
            ]
        };
        assert_eq!(name("it"), ["italiano", "Italian"]);
        assert_eq!(name("uk"), ["ucraino", "Ukrainian"]);
        assert_eq!(name("other"), ["altre", "other"]);
        assert_eq!(name("xx"), ["xx", "xx"]);
        assert!(NAMES.is_sorted_by_key(|(code, _, _)| *code));
    }
}

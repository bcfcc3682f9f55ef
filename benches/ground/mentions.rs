//! Mentions that no one wrote: made-up words over real stop words, the same for every run.

use std::collections::HashSet;

use serde_json::json;

/// A mention, as far as matching looks at it.
pub(crate) struct Mention {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) url: String,
}

impl Mention {
    /// What is looked through, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.title.len() + self.text.len()
    }

    /// The line that `ascolto match` reads.
    pub(crate) fn line(&self, id: usize) -> String {
        json!({
            "id": id,
            "title": self.title,
            "text": self.text,
            "url": self.url,
            "type": "article",
            "author": {"name": "Lia Rossi", "handle": "@lia"},
            "published": "2026-11-20T07:12:00Z",
        })
        .to_string()
    }
}

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    /// Once in `times`, on the average.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all.get(self.below(all.len())).copied().unwrap_or_default()
    }

    /// A rank below `end`, the n-th as often as 1/n says (Zipf): its logarithm is uniform.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a rank is small and not negative"
    )]
    fn rank(&mut self, end: usize) -> usize {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (end as f64).powf(uniform) as usize;
        rank.saturating_sub(1).min(end - 1)
    }
}

/// The words of a made-up world.
pub(crate) struct Language {
    /// What everyone says, the most frequent first.
    everyday: Vec<String>,
    /// What watchlists look for, the best known first. None is an everyday word.
    pub(crate) names: Vec<String>,
}

const ONSETS: &[&str] = &[
    "b", "br", "c", "ch", "d", "f", "fr", "g", "gr", "l", "m", "n", "p", "pr", "qu", "r", "s",
    "sp", "st", "t", "tr", "v", "z",
];
const VOWELS: &[&str] = &["a", "a", "e", "e", "i", "i", "o", "o", "u", "ea", "io"];
const CODAS: &[&str] = &["", "", "", "l", "n", "r", "s", "t"];

impl Language {
    pub(crate) fn new(random: &mut Random, everyday: usize, names: usize) -> Self {
        let mut seen: HashSet<String> = ITALIAN
            .iter()
            .chain(ENGLISH)
            .map(|word| (*word).to_owned())
            .collect();
        let mut fresh = || {
            loop {
                let mut word = String::new();
                for _ in 0..2 + random.below(3) {
                    word.push_str(random.pick(ONSETS));
                    word.push_str(random.pick(VOWELS));
                    word.push_str(random.pick(CODAS));
                }
                if seen.insert(word.clone()) {
                    return word;
                }
            }
        };
        let mut words: Vec<String> = (0..everyday).map(|_| fresh()).collect();
        let names = (0..names).map(|_| fresh()).collect();
        // Its plain spelling stays taken: what ignores accents and what does not find the same.
        for word in words.iter_mut().step_by(7) {
            let last = word.pop().unwrap_or_default();
            word.push(accented(last));
        }
        Self {
            everyday: words,
            names,
        }
    }

    /// A mention of 900 bytes or a little more, half of all in Italian.
    pub(crate) fn mention(&self, random: &mut Random) -> Mention {
        self.of_bytes(random, 700, 300)
    }

    /// A mention of 250 bytes or a little more, as comments are.
    pub(crate) fn comment(&self, random: &mut Random) -> Mention {
        self.of_bytes(random, 60, 220)
    }

    fn of_bytes(&self, random: &mut Random, least: usize, more: usize) -> Mention {
        let stops = if random.once_in(2) { ITALIAN } else { ENGLISH };
        // One mention in five is about a name, the known ones more often than the others.
        let subject = random
            .once_in(5)
            .then(|| self.names.get(random.rank(self.names.len())))
            .flatten();
        let mut title = String::new();
        for _ in 0..5 + random.below(4) {
            self.word(random, stops, subject, &mut title);
        }
        let mut text = String::new();
        let end = least + random.below(more);
        while text.len() < end {
            self.sentence(random, stops, subject, &mut text);
        }
        let url = format!("https://www.forum.example/t/{}", random.below(1_000_000));
        if random.once_in(5) {
            text.push_str(" https://news.example/2026/11/");
            text.push_str(&random.below(100_000).to_string());
        }
        Mention { title, text, url }
    }

    fn sentence(
        &self,
        random: &mut Random,
        stops: &[&str],
        subject: Option<&String>,
        text: &mut String,
    ) {
        let begin = text.len();
        for _ in 0..6 + random.below(14) {
            self.word(random, stops, subject, text);
            match random.below(120) {
                0..8 => text.push(','),
                8 => text.push_str(" 😡"),
                9 => text.push_str(" 👍🏽"),
                10 => text.push_str(" 12,50 €"),
                11 => text.push_str(" (2026)"),
                12 => text.push_str(" –"),
                13 => text.push_str(" @utente"),
                _ => {}
            }
        }
        if let Some(first) = text.get_mut(begin..).and_then(|rest| rest.get_mut(1..2)) {
            first.make_ascii_uppercase();
        }
        text.push_str(random.pick(&[".", ".", ".", "!", "?", "...", "\n"]));
    }

    fn word(
        &self,
        random: &mut Random,
        stops: &[&str],
        subject: Option<&String>,
        text: &mut String,
    ) {
        if !text.is_empty() {
            text.push(' ');
        }
        let word = if let Some(name) = subject.filter(|_| random.once_in(60)) {
            name
        } else if random.once_in(100) {
            self.names
                .get(random.below(self.names.len()))
                .map_or("", String::as_str)
        } else if random.below(100) < 45 {
            random.pick(stops)
        } else {
            self.everyday
                .get(random.rank(self.everyday.len()))
                .map_or("", String::as_str)
        };
        match random.below(100) {
            0..8 => {
                let mut letters = word.chars();
                text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                text.push_str(letters.as_str());
            }
            8 => text.push_str(&word.to_uppercase()),
            9 => {
                text.push('#');
                text.push_str(word);
            }
            10 => {
                text.push('«');
                text.push_str(word);
                text.push('»');
            }
            _ => text.push_str(word),
        }
    }
}

const fn accented(letter: char) -> char {
    match letter {
        'a' => 'à',
        'e' => 'è',
        'i' => 'ì',
        'o' => 'ò',
        'u' => 'ù',
        other => other,
    }
}

#[rustfmt::skip]
const ITALIAN: &[&str] = &[
    "di", "e", "il", "la", "che", "in", "a", "per", "un", "non", "è", "una", "sono", "con", "si",
    "del", "le", "i", "da", "al", "della", "mi", "come", "più", "ho", "ma", "anche", "nel", "lo",
    "perché", "se", "già", "ha", "alla", "su", "gli", "questo", "ci", "c'è", "l'anno",
    "dell'acqua", "un'altra", "quest'anno", "dov’è", "po'",
];

#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "the", "to", "and", "of", "a", "in", "is", "it", "that", "for", "you", "was", "on", "with",
    "this", "as", "be", "have", "are", "not", "at", "but", "or", "they", "from", "my", "an", "so",
    "we", "what", "all", "would", "when", "if", "one", "there", "don't", "it's", "i'm", "can’t",
    "shop's", "e-mail",
];

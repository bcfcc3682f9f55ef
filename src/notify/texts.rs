//! Every phrase of a mail, once in Italian and once in English.
//!
//! `{n}` stands for a number, `{a}`, `{b}` and `{c}` for what the place of use says.

use super::wording;
use crate::model::{Intent, ItemKind, Lang, Priority, Sentiment, SourceHealth};

/// A phrase for one and a phrase for any other number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plural {
    one: &'static str,
    other: &'static str,
}

impl Plural {
    /// The phrase for `n`.
    pub(super) fn with(self, texts: &Texts, n: u64) -> String {
        let phrase = if n == 1 { self.one } else { self.other };
        phrase.replace("{n}", &wording::number(texts, n))
    }
}

const fn plural(one: &'static str, other: &'static str) -> Plural {
    Plural { one, other }
}

/// The phrases of one language.
#[derive(Debug)]
pub(super) struct Texts {
    /// The code for `lang="…"`.
    pub(super) code: &'static str,
    pub(super) thousands: char,
    pub(super) decimal: &'static str,
    pub(super) weekdays: [&'static str; 7],
    pub(super) long_weekdays: [&'static str; 7],
    pub(super) months: [&'static str; 12],
    pub(super) waiting_minutes: Plural,
    pub(super) waiting_hours: Plural,
    pub(super) waiting_days: Plural,

    pub(super) kicker: &'static str,
    pub(super) mentions: Plural,
    pub(super) urgent: Plural,
    pub(super) high: Plural,
    pub(super) no_mentions: &'static str,
    pub(super) sentiment: &'static str,
    pub(super) sources_not_read: Plural,
    pub(super) nothing_read: &'static str,
    pub(super) items_read: Plural,
    pub(super) from_sources: Plural,
    pub(super) by_authors: Plural,
    pub(super) it_was: &'static str,
    pub(super) quiet: &'static str,
    pub(super) not_quiet: &'static str,

    pub(super) act_now: &'static str,
    pub(super) act_now_intro: &'static str,
    pub(super) all_mentions: &'static str,
    pub(super) other_mentions: &'static str,
    pub(super) by_author_on: &'static str,
    pub(super) read_on: &'static str,
    pub(super) why: &'static str,
    pub(super) why_priority: &'static str,
    pub(super) why_sentiment: &'static str,
    pub(super) followers: Plural,
    pub(super) engagement: Plural,
    pub(super) stars: &'static str,
    pub(super) collected: &'static str,
    pub(super) copies: Plural,
    pub(super) alerted: &'static str,
    pub(super) more: Plural,
    pub(super) in_terminal: &'static str,
    pub(super) hidden: Plural,

    pub(super) numbers: &'static str,
    pub(super) numbers_caption: &'static str,
    pub(super) measure: &'static str,
    pub(super) now: &'static str,
    pub(super) before: &'static str,
    pub(super) change: &'static str,
    pub(super) mentions_label: &'static str,
    pub(super) authors_label: &'static str,
    pub(super) net_sentiment_label: &'static str,
    pub(super) negative_share_label: &'static str,
    pub(super) share_of_voice_label: &'static str,
    pub(super) points: &'static str,
    pub(super) net_sentiment_note: &'static str,
    pub(super) dash_note: &'static str,
    pub(super) voices: &'static str,

    pub(super) by_day: &'static str,
    pub(super) by_day_caption: &'static str,
    pub(super) day: &'static str,
    pub(super) negative: &'static str,
    pub(super) neutral: &'static str,
    pub(super) positive: &'static str,
    pub(super) by_source: &'static str,
    pub(super) by_source_caption: &'static str,
    pub(super) source: &'static str,

    pub(super) rising: &'static str,
    pub(super) rising_terms: &'static str,
    pub(super) rising_authors: &'static str,
    pub(super) rising_sources: &'static str,
    pub(super) usual: &'static str,

    pub(super) health: &'static str,
    pub(super) all_read: Plural,
    pub(super) some_read: &'static str,
    pub(super) health_words: [&'static str; 7],
    pub(super) since: &'static str,
    pub(super) last_ok: &'static str,
    pub(super) never_ok: &'static str,
    pub(super) next_try: &'static str,
    pub(super) undelivered: &'static str,

    pub(super) hourly: &'static str,
    pub(super) daily: &'static str,
    pub(super) weekly: &'static str,
    pub(super) cron: &'static str,
    pub(super) asked: &'static str,
    pub(super) because: &'static str,
    pub(super) to_change: &'static str,
    pub(super) to_stop: &'static str,
    pub(super) stop_link: &'static str,
    pub(super) no_tracking: &'static str,
    pub(super) issue: &'static str,
    pub(super) preview: &'static str,

    pub(super) priorities: [&'static str; 4],
    pub(super) sentiments: [&'static str; 3],
    pub(super) intents: [&'static str; 5],
    pub(super) kinds: [&'static str; 7],

    pub(super) test_subject: &'static str,
    pub(super) test_title: &'static str,
    pub(super) test_body: &'static str,
    pub(super) test_sent: &'static str,
}

/// The phrases of `language`; English for any language that has none.
pub(super) fn of(language: Lang) -> &'static Texts {
    if language == Lang::IT {
        &ITALIAN
    } else {
        &ENGLISH
    }
}

/// A phrase with `{a}`, `{b}`, `{c}` replaced by what is given, in one pass: what a stranger wrote
/// is never read as a place to fill. `{n}` is the first.
pub(super) fn fill(phrase: &str, with: &[&str]) -> String {
    let mut out = String::with_capacity(phrase.len() + 32);
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        let place = match name {
            "b" => 1,
            "c" => 2,
            _ => 0,
        };
        out.push_str(with.get(place).copied().unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}

impl Texts {
    pub(super) fn priority(&self, priority: Priority) -> &'static str {
        let [low, normal, high, urgent] = self.priorities;
        match priority {
            Priority::Low => low,
            Priority::Normal => normal,
            Priority::High => high,
            Priority::Urgent => urgent,
        }
    }

    pub(super) fn sentiment(&self, sentiment: Sentiment) -> &'static str {
        let [negative, neutral, positive] = self.sentiments;
        match sentiment {
            Sentiment::Negative => negative,
            Sentiment::Neutral => neutral,
            Sentiment::Positive => positive,
        }
    }

    pub(super) fn intent(&self, intent: Intent) -> &'static str {
        let [complaint, praise, question, spam, mention] = self.intents;
        match intent {
            Intent::Complaint => complaint,
            Intent::Praise => praise,
            Intent::Question => question,
            Intent::Spam => spam,
            Intent::Mention => mention,
        }
    }

    pub(super) fn kind(&self, kind: ItemKind) -> &'static str {
        let [post, comment, review, article, video, question, message] = self.kinds;
        match kind {
            ItemKind::Post => post,
            ItemKind::Comment => comment,
            ItemKind::Review => review,
            ItemKind::Article => article,
            ItemKind::Video => video,
            ItemKind::Question => question,
            ItemKind::Message => message,
        }
    }

    pub(super) fn health(&self, health: SourceHealth) -> &'static str {
        let [ok, slow, failing, blocked, stale, off, new] = self.health_words;
        match health {
            SourceHealth::Ok => ok,
            SourceHealth::Slow => slow,
            SourceHealth::Failing => failing,
            SourceHealth::Blocked => blocked,
            SourceHealth::Stale => stale,
            SourceHealth::Off => off,
            SourceHealth::New => new,
        }
    }
}

pub(super) static ITALIAN: Texts = Texts {
    code: "it",
    thousands: '.',
    decimal: ",",
    weekdays: ["lun", "mar", "mer", "gio", "ven", "sab", "dom"],
    long_weekdays: [
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "venerdì",
        "sabato",
        "domenica",
    ],
    months: [
        "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
    ],
    waiting_minutes: plural("da {n} minuto", "da {n} minuti"),
    waiting_hours: plural("da {n} ora", "da {n} ore"),
    waiting_days: plural("da {n} giorno", "da {n} giorni"),

    kicker: "Rassegna delle menzioni",
    mentions: plural("{n} menzione", "{n} menzioni"),
    urgent: plural("{n} urgente", "{n} urgenti"),
    high: plural("{n} di priorità alta", "{n} di priorità alta"),
    no_mentions: "nessuna menzione",
    sentiment: "sentiment",
    sources_not_read: plural("{n} fonte non letta", "{n} fonti non lette"),
    nothing_read: "nessuna fonte letta su {n}",
    items_read: plural("{n} elemento letto", "{n} elementi letti"),
    from_sources: plural("da {n} fonte", "da {n} fonti"),
    by_authors: plural("di {n} autore", "di {n} autori"),
    it_was: "prima {a}",
    quiet: "Nessuna menzione in questo periodo, e tutte le fonti sono state lette: è davvero silenzio.",
    not_quiet: "Nessuna menzione tra ciò che si è potuto leggere. Non è detto che sia silenzio: alcune fonti non hanno risposto.",

    act_now: "Da guardare subito",
    act_now_intro: "Urgenti o di priorità alta, ancora senza risposta. Per prime quelle che aspettano da più tempo.",
    all_mentions: "Le menzioni",
    other_mentions: "Le altre menzioni",
    by_author_on: "{a} su {b}",
    read_on: "Leggi l’originale su {a}",
    why: "Perché",
    why_priority: "priorità {a}",
    why_sentiment: "sentiment {a}",
    followers: plural("{n} follower", "{n} follower"),
    engagement: plural("{n} interazione", "{n} interazioni"),
    stars: "voto {a} su 5",
    collected: "raccolta {a}",
    copies: plural("+{n} copia", "+{n} copie"),
    alerted: "già segnalata con un avviso",
    more: plural("E un’altra menzione.", "E altre {n} menzioni."),
    in_terminal: "Per vederle",
    hidden: plural(
        "{n} menzione in altre lingue è stata raccolta ma non è mostrata.",
        "{n} menzioni in altre lingue sono state raccolte ma non sono mostrate.",
    ),

    numbers: "I numeri",
    numbers_caption: "Questo periodo e quello precedente, di uguale durata",
    measure: "Misura",
    now: "Ora",
    before: "Prima",
    change: "Variazione",
    mentions_label: "Menzioni",
    authors_label: "Autori",
    net_sentiment_label: "Sentiment netto",
    negative_share_label: "Quota negativa",
    share_of_voice_label: "Share of voice",
    points: "{a} punti",
    net_sentiment_note: "Sentiment netto: percentuale di menzioni positive meno percentuale di negative.",
    dash_note: "Il trattino sta dove le menzioni sono meno di {n}: troppo poche per un confronto.",
    voices: "Share of voice su",

    by_day: "Il sentiment giorno per giorno",
    by_day_caption: "Menzioni negative, neutre e positive di ogni giorno",
    day: "Giorno",
    negative: "Negative",
    neutral: "Neutre",
    positive: "Positive",
    by_source: "Da dove arrivano",
    by_source_caption: "Menzioni per fonte, in questo periodo e nel precedente",
    source: "Fonte",

    rising: "In crescita",
    rising_terms: "Parole",
    rising_authors: "Autori",
    rising_sources: "Fonti",
    usual: "{a}, di solito {b}",

    health: "Le fonti",
    all_read: plural(
        "L’unica fonte è stata letta regolarmente.",
        "Tutte le {n} fonti sono state lette regolarmente.",
    ),
    some_read: "Fonti lette: {a} su {b}.",
    health_words: [
        "funziona",
        "risponde lentamente",
        "non si riesce a leggerla",
        "vieta la lettura",
        "tace più del solito",
        "spenta",
        "mai letta finora",
    ],
    since: "{a} da {b}",
    last_ok: "ultima lettura riuscita {a}",
    never_ok: "mai letta con successo",
    next_try: "prossimo tentativo {a}",
    undelivered: "Il messaggio per {a} è stato rifiutato definitivamente: {b}",

    hourly: "ogni ora, al minuto {a}",
    daily: "ogni giorno alle {a}",
    weekly: "ogni {b} alle {a}",
    cron: "secondo la regola cron «{a}»",
    asked: "su richiesta",
    because: "Ricevi questa rassegna ({a}, {c}) perché il tuo indirizzo è tra i destinatari della watchlist {b}.",
    to_change: "Frequenza, ora e destinatari si cambiano in watchlists/{a}.toml, sotto [[digest]].",
    to_stop: "Per non riceverla più, scrivi all’indirizzo {a}.",
    stop_link: "Chiedi di non riceverla più",
    no_tracking: "Questo messaggio non contiene immagini né tracciamenti.",
    issue: "numero {n}",
    preview: "anteprima",

    priorities: ["bassa", "normale", "priorità alta", "urgente"],
    sentiments: ["negativa", "neutra", "positiva"],
    intents: ["reclamo", "elogio", "domanda", "spam", "citazione"],
    kinds: [
        "post",
        "commento",
        "recensione",
        "articolo",
        "video",
        "domanda",
        "messaggio",
    ],

    test_subject: "[ascolto] Messaggio di prova",
    test_title: "La posta funziona",
    test_body: "Se leggi queste righe, ascolto sa spedire: rassegne e avvisi arriveranno a questo indirizzo.",
    test_sent: "Spedito {a} da {b}.",
};

pub(super) static ENGLISH: Texts = Texts {
    code: "en",
    thousands: ',',
    decimal: ".",
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    long_weekdays: [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    waiting_minutes: plural("for {n} minute", "for {n} minutes"),
    waiting_hours: plural("for {n} hour", "for {n} hours"),
    waiting_days: plural("for {n} day", "for {n} days"),

    kicker: "Mentions digest",
    mentions: plural("{n} mention", "{n} mentions"),
    urgent: plural("{n} urgent", "{n} urgent"),
    high: plural("{n} high priority", "{n} high priority"),
    no_mentions: "no mentions",
    sentiment: "sentiment",
    sources_not_read: plural("{n} source not read", "{n} sources not read"),
    nothing_read: "none of {n} sources could be read",
    items_read: plural("{n} item read", "{n} items read"),
    from_sources: plural("from {n} source", "from {n} sources"),
    by_authors: plural("by {n} author", "by {n} authors"),
    it_was: "previously {a}",
    quiet: "No mentions in this period, and every source was read: it really is quiet.",
    not_quiet: "No mentions in what could be read. That need not mean quiet: some sources did not answer.",

    act_now: "Act now",
    act_now_intro: "Urgent or high priority, and still unanswered. The longest waiting come first.",
    all_mentions: "Mentions",
    other_mentions: "Other mentions",
    by_author_on: "{a} on {b}",
    read_on: "Read the original on {a}",
    why: "Why",
    why_priority: "priority {a}",
    why_sentiment: "sentiment {a}",
    followers: plural("{n} follower", "{n} followers"),
    engagement: plural("{n} interaction", "{n} interactions"),
    stars: "rated {a} out of 5",
    collected: "collected {a}",
    copies: plural("+{n} copy", "+{n} copies"),
    alerted: "already sent as an alert",
    more: plural("And one more mention.", "And {n} more mentions."),
    in_terminal: "To see them",
    hidden: plural(
        "{n} mention in another language was collected but is not shown.",
        "{n} mentions in other languages were collected but are not shown.",
    ),

    numbers: "The numbers",
    numbers_caption: "This period and the one before it, of equal length",
    measure: "Measure",
    now: "Now",
    before: "Before",
    change: "Change",
    mentions_label: "Mentions",
    authors_label: "Authors",
    net_sentiment_label: "Net sentiment",
    negative_share_label: "Negative share",
    share_of_voice_label: "Share of voice",
    points: "{a} points",
    net_sentiment_note: "Net sentiment: percentage of positive mentions minus percentage of negative ones.",
    dash_note: "A dash stands where there are fewer than {n} mentions: too few to compare.",
    voices: "Share of voice among",

    by_day: "Sentiment by day",
    by_day_caption: "Negative, neutral and positive mentions of each day",
    day: "Day",
    negative: "Negative",
    neutral: "Neutral",
    positive: "Positive",
    by_source: "Where they come from",
    by_source_caption: "Mentions by source, in this period and the one before",
    source: "Source",

    rising: "Rising",
    rising_terms: "Terms",
    rising_authors: "Authors",
    rising_sources: "Sources",
    usual: "{a}, usually {b}",

    health: "Sources",
    all_read: plural(
        "The only source was read as planned.",
        "All {n} sources were read as planned.",
    ),
    some_read: "Sources read: {a} of {b}.",
    health_words: [
        "well",
        "answering slowly",
        "cannot be read",
        "forbids reading",
        "quieter than usual",
        "switched off",
        "never read so far",
    ],
    since: "{a} since {b}",
    last_ok: "last read {a}",
    never_ok: "never read successfully",
    next_try: "next try {a}",
    undelivered: "The message to {a} was refused for good: {b}",

    hourly: "every hour, at minute {a}",
    daily: "every day at {a}",
    weekly: "every {b} at {a}",
    cron: "by the cron line “{a}”",
    asked: "on request",
    because: "You get this digest ({a}, {c}) because your address is among the recipients of the watchlist {b}.",
    to_change: "Frequency, time and recipients are set in watchlists/{a}.toml, under [[digest]].",
    to_stop: "To stop receiving it, write to {a}.",
    stop_link: "Ask to be taken off",
    no_tracking: "This message contains no images and no tracking.",
    issue: "issue {n}",
    preview: "preview",

    priorities: ["low", "normal", "high priority", "urgent"],
    sentiments: ["negative", "neutral", "positive"],
    intents: ["complaint", "praise", "question", "spam", "passing mention"],
    kinds: [
        "post", "comment", "review", "article", "video", "question", "message",
    ],

    test_subject: "[ascolto] Test message",
    test_title: "Mail works",
    test_body: "If you can read this, ascolto can send: digests and alerts will reach this address.",
    test_sent: "Sent {a} by {b}.",
};

//! What the columns of a table mean, by their names in Italian and English.

use unicode_normalization::UnicodeNormalization;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    Title,
    Url,
    Author,
    Handle,
    Followers,
    Published,
    /// The time of day, where the date stands in a column of its own.
    Time,
    Collected,
    Source,
    Kind,
    Language,
    Rating,
    Engagement,
    Parent,
    NativeId,
    Permalink,
    Status,
    Tags,
    Copies,
}

/// The names of each column, folded; the first is the one that `--column` and exports use.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Text,
        &[
            "text",
            "testo",
            "content",
            "contenuto",
            "body",
            "message",
            "messaggio",
            "comment",
            "commento",
            "recensione",
            "review",
            "reviewtext",
            "testorecensione",
            "post",
            "tweet",
            "tweettext",
            "fulltext",
            "hitsentence",
            "snippet",
            "estratto",
            "mention",
            "menzione",
            "description",
            "descrizione",
            "corpo",
        ],
    ),
    (
        Column::Title,
        &[
            "title",
            "titolo",
            "headline",
            "subject",
            "oggetto",
            "reviewtitle",
        ],
    ),
    (
        Column::Url,
        &[
            "url",
            "link",
            "indirizzo",
            "address",
            "collegamento",
            "pageurl",
            "uri",
            "weblink",
        ],
    ),
    (
        Column::Author,
        &[
            "author",
            "autore",
            "authorname",
            "nomeautore",
            "user",
            "utente",
            "name",
            "nome",
            "reviewer",
            "recensore",
            "from",
            "da",
            "profile",
            "profilo",
        ],
    ),
    (
        Column::Handle,
        &[
            "handle",
            "account",
            "username",
            "nomeutente",
            "screenname",
            "nickname",
            "authorhandle",
            "userhandle",
        ],
    ),
    (
        Column::Followers,
        &[
            "followers",
            "follower",
            "seguaci",
            "followercount",
            "authorfollowers",
        ],
    ),
    (
        Column::Published,
        &[
            "published",
            "date",
            "data",
            "datetime",
            "dataora",
            "dataeora",
            "pubblicato",
            "pubblicatail",
            "pubblicatoil",
            "datapubblicazione",
            "datadipubblicazione",
            "publisheddate",
            "publicationdate",
            "created",
            "createdat",
            "createdtime",
            "timestamp",
            "quando",
            "giorno",
            "day",
        ],
    ),
    (Column::Time, &["time", "ora", "orario"]),
    (
        Column::Collected,
        &["collected", "raccolto", "raccoltail", "collectedat"],
    ),
    (
        Column::Source,
        &[
            "source",
            "fonte",
            "sourcename",
            "nomefonte",
            "site",
            "sito",
            "platform",
            "piattaforma",
            "network",
            "channel",
            "canale",
            "media",
            "medium",
        ],
    ),
    (
        Column::Kind,
        &[
            "type",
            "tipo",
            "kind",
            "contenttype",
            "posttype",
            "tipologia",
        ],
    ),
    (Column::Language, &["language", "lingua", "lang"]),
    (
        Column::Rating,
        &[
            "rating",
            "voto",
            "stelle",
            "stars",
            "valutazione",
            "reviewrating",
            "starrating",
        ],
    ),
    (
        Column::Engagement,
        &[
            "engagement",
            "interazioni",
            "interactions",
            "totalengagement",
            "likes",
            "mipiace",
        ],
    ),
    (
        Column::Parent,
        &["parent", "inrispostaa", "inreplyto", "replyto", "rispostaa"],
    ),
    (Column::NativeId, &["nativeid", "guid", "externalid"]),
    (Column::Permalink, &["permalink"]),
    (Column::Status, &["status", "stato"]),
    (Column::Tags, &["tags", "tag", "etichette"]),
    (Column::Copies, &["copies", "copie"]),
];

/// The column of that name; upper case, accents, spaces and signs do not matter.
pub(super) fn column(name: &str) -> Option<Column> {
    let folded: String = name
        .nfd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&folded.as_str()))
        .map(|(column, _)| *column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_in_both_languages() {
        for (name, expected) in [
            ("Testo", Some(Column::Text)),
            ("Data di pubblicazione", Some(Column::Published)),
            ("published_date", Some(Column::Published)),
            ("Author Name", Some(Column::Author)),
            ("native_id", Some(Column::NativeId)),
            ("Città", None),
            ("", None),
        ] {
            assert_eq!(column(name), expected, "{name}");
        }
    }

    #[test]
    fn no_name_means_two_columns() {
        let mut all: Vec<&str> = NAMES
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}

//! Every key that is read, by section: what unknown keys are compared with.

/// A section of a file and its keys.
#[derive(Debug)]
pub(super) struct SectionKeys {
    /// Its header as it is written; empty for the top of the file.
    pub(super) header: &'static str,
    /// Its keys; empty where any name may stand.
    pub(super) keys: &'static [&'static str],
}

/// The header of sources, whose keys depend on their kind and are reported by `source`.
pub(super) const SOURCE_HEADER: &str = "[[source]]";

const SOURCE: SectionKeys = SectionKeys {
    header: SOURCE_HEADER,
    keys: SOURCE_KEYS,
};

/// The keys of `[[source]]` that the template shows: of every kind, of feeds and of pages.
const SOURCE_KEYS: &[&str] = &[
    "kind",
    "name",
    "url",
    "every",
    "backfill",
    "freshness",
    "enabled",
    "type",
    "item",
    "title",
    "text",
    "link",
    "author",
    "date",
    "rating",
    "id",
    "next",
    "max_pages",
];

/// `ascolto.toml`.
pub(super) const SETTINGS: &[SectionKeys] = &[
    SectionKeys {
        header: "",
        keys: &[
            "timezone",
            "language",
            "mail",
            "fetch",
            "retention",
            "lists",
            "queries",
            "webhook",
            "source",
        ],
    },
    SectionKeys {
        header: "[mail]",
        keys: &[
            "from",
            "url",
            "password_file",
            "password_env",
            "ca_file",
            "per_minute",
        ],
    },
    SectionKeys {
        header: "[fetch]",
        keys: &[
            "contact",
            "gap",
            "allow_private",
            "max_body",
            "timeout",
            "concurrency",
        ],
    },
    SectionKeys {
        header: "[retention]",
        keys: &["mentions", "unmatched"],
    },
    SectionKeys {
        header: "[lists]",
        keys: &[],
    },
    SectionKeys {
        header: "[queries]",
        keys: &[],
    },
    SectionKeys {
        header: "[[webhook]]",
        keys: &[
            "name",
            "kind",
            "url",
            "url_env",
            "url_file",
            "secret_env",
            "secret_file",
            "token_env",
            "token_file",
            "chat",
        ],
    },
    SOURCE,
];

/// A file of `watchlists/`.
pub(super) const WATCHLIST: &[SectionKeys] = &[
    SectionKeys {
        header: "",
        keys: &[
            "name",
            "kind",
            "languages",
            "query",
            "own_accounts",
            "retention",
            "source",
            "priority",
            "sentiment",
            "digest",
            "alert",
            "example",
        ],
    },
    SOURCE,
    SectionKeys {
        header: "[priority]",
        keys: &["urgent", "high", "low", "vip"],
    },
    SectionKeys {
        header: "[sentiment]",
        keys: &[],
    },
    SectionKeys {
        header: "[[digest]]",
        keys: &[
            "name",
            "to",
            "every",
            "at",
            "on",
            "cron",
            "timezone",
            "language",
            "when_empty",
            "filter",
        ],
    },
    SectionKeys {
        header: "[[alert]]",
        keys: &[
            "name",
            "when",
            "threshold",
            "spike",
            "silence",
            "unanswered",
            "count",
            "within",
            "at_least",
            "ratio",
            "z",
            "after",
            "to",
            "webhooks",
            "cooldown",
            "quiet_hours",
            "escalate",
            "timezone",
            "language",
        ],
    },
    SectionKeys {
        header: "escalate",
        keys: &["after", "to"],
    },
    SectionKeys {
        header: "[[example]]",
        keys: &["title", "text", "matches"],
    },
];

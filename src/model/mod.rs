//! The nouns: what is collected, where it comes from, and what is sent.
//!
//! Invariant: nothing here reads a clock, a file, the network or the configuration, and nothing
//! here is asynchronous. Every other module may use this one; this one uses none.

mod care;
mod cron;
mod diagnostic;
mod digest;
mod entry;
mod events;
mod http;
mod id;
mod item;
mod label;
mod lang;
mod lang_name;
mod local_time;
mod login;
mod mailbox;
mod mention;
mod mention_input;
mod mention_json;
mod message;
mod notice;
mod piece;
mod search_terms;
mod secret;
mod source;
mod spelling;
mod statistics;
mod timestamp;

pub use self::cron::{CronError, CronLine};
pub use care::{Answers, Care, Reach, Sum, Taken};
pub use diagnostic::{Diagnostic, Severity};
pub use digest::{
    Cadence, DayCount, Digest, Measure, More, Numbers, Reading, Riser, Rising, Section,
    SourceCount, SourceReport, Undelivered, Voice, Window,
};
pub use entry::{Entry, Marked, Why};
pub use events::{EventQuery, STREAM_BEHIND, STREAM_BROKE, STREAM_CURSOR, STREAM_FIRST};
pub use http::{Credential, Method, Payload, Request, Response};
pub use id::{MentionId, Sequence, SourceKey, WatchlistId};
pub use item::{Author, Item, ItemKind, OwnerReply};
pub use label::Label;
pub use lang::Lang;
pub use login::{Assertion, Login};
pub use mailbox::{
    MAIL_CURSOR, MAILS_LEFT, MailCursor, MailEncryption, MailQuery, mails, push_mail,
};
pub use mention::{
    BrandTone, Hit, HitField, Intent, IntentScore, Mention, Points, Priority, PriorityScore,
    Scores, Sentiment, SentimentScore, Status, WeightedTerm,
};
pub use mention_input::MentionInput;
pub use mention_json::MentionJson;
pub use message::{Channel, DeliveryState, Message, MessageKind};
pub use notice::{Basis, Facts, Named, Notice, SilentSource, Stage};
pub use piece::{Outline, Piece, Print, Recollection, Shown};
pub use search_terms::{SearchTerm, SearchTerms};
pub use secret::Secret;
pub use source::{
    AppStoreSettings, BlueskySettings, DiscourseSettings, FacebookPart, FacebookSettings,
    FeedSettings, GitHubSettings, GoogleAlertsSettings, GoogleBusinessSettings, GoogleNewsSettings,
    GooglePlaySettings, HackerNewsSettings, ImapSettings, InstagramSettings, JsonApiSettings,
    JsonFields, LemmySettings, MastodonSettings, OauthSettings, PageFields, PageSettings, Paging,
    RedditSettings, ReviewsSettings, Serves, Source, SourceHealth, SourceKind, SourceSettings,
    SourceState, StackExchangeSettings, TelegramSettings, ThreadsSettings, TokenPlace,
    TrustpilotSettings, WebhookSettings, WordPressSettings, YouTubeSettings,
};
pub(crate) use spelling::edit_distance;
pub use statistics::{IntentCount, Period, Share, Statistics, Step};
pub use timestamp::Timestamp;

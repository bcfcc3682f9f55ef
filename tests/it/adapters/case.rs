//! A recorded response and the source that it answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ascolto::config::Config;
use ascolto::model::{Request, Response, Source, SourceState, Timestamp};
use ascolto::sources::{Answer, Asking, KEPT, Page, ParseError, Refusal, adapter};
use bytes::Bytes;
use serde::Deserialize;
use url::Url;

/// What secrets are in all fixtures; it may be seen nowhere.
pub(crate) const SECRET: &str = "SECRET-of-the-fixtures";

/// The watchlist that the sources of the fixtures serve.
const WATCHLIST: &str = "query = 'frigolux OR \"frigo lux\" OR {FLX}'\n";

/// `case.toml`: how the response came, and the `[[source]]` as a user writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The address that answered, where it is not the one that was asked.
    address: Option<String>,
    #[serde(default)]
    content_type: String,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Which request of the plan it answers.
    #[serde(default)]
    request: usize,
    /// How many pages were read before it.
    #[serde(default)]
    page: u32,
    /// What the adapter kept at the last poll.
    #[serde(default)]
    kept: BTreeMap<String, String>,
    source: Vec<toml::Table>,
}

/// One recorded response.
pub(crate) struct Case {
    /// `KIND/CASE`.
    pub(crate) folder: String,
    pub(crate) source: Source,
    pub(crate) body: Vec<u8>,
    written: Written,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut folders: Vec<PathBuf> = children(&root())
        .iter()
        .flat_map(|kind| children(kind))
        .collect();
    folders.sort();
    folders.iter().map(|folder| Case::read(folder)).collect()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sources")
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// All fixtures.
pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    CASES.iter()
}

/// The fixtures of answers that are no refusals.
pub(crate) fn answers() -> impl Iterator<Item = &'static Case> {
    cases().filter(|case| case.status() < 300)
}

/// The moment of all fixtures.
pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T10:00:00Z").unwrap()
}

/// The sources of an `ascolto.toml` with this text, as the configuration reads them, and what it
/// says of them.
pub(crate) fn configured(text: &str) -> (Vec<Source>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("watchlists")).unwrap();
    fs::write(folder.path().join("watchlists/frigolux.toml"), WATCHLIST).unwrap();
    fs::write(folder.path().join("ascolto.toml"), text).unwrap();
    // Every file that a `…_file` key of the text names is there.
    for line in text.lines().filter(|line| line.contains("_file")) {
        let name = line.split('"').nth(1).unwrap();
        fs::write(folder.path().join(name), format!("{SECRET}\n")).unwrap();
    }
    let account = format!(
        "{{\"type\":\"service_account\",\"client_email\":\"ascolto@frigolux.example\",\
         \"private_key\":\"{SECRET}\",\"token_uri\":\"https://oauth2.googleapis.com/token\"}}"
    );
    fs::write(folder.path().join("account-key"), account).unwrap();
    let loaded = Config::load(folder.path());
    let problems = loaded.problems.iter().map(ToString::to_string).collect();
    let mut sources = loaded.config.sources;
    sources.extend(loaded.config.switched_off);
    (sources, problems)
}

impl Case {
    fn read(folder: &Path) -> Self {
        let name = folder.strip_prefix(root()).unwrap().to_str().unwrap();
        let text = fs::read_to_string(folder.join("case.toml"))
            .unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
        let written: Written =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
        let block = toml::Table::from_iter([("source".to_owned(), written.source.clone().into())]);
        let (mut sources, problems) = configured(&toml::to_string(&block).unwrap());
        assert_eq!(sources.len(), 1, "{name}: {problems:#?}");
        let body = children(folder)
            .into_iter()
            .find(|file| file.file_stem().is_some_and(|stem| stem == "response"));
        Self {
            folder: name.replace('\\', "/"),
            source: sources.remove(0),
            body: body.map(|file| fs::read(file).unwrap()).unwrap_or_default(),
            written,
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        root().join(&self.folder)
    }

    pub(crate) fn is(&self, kind: &str) -> bool {
        self.source.kind.as_str() == kind
    }

    pub(crate) fn is_json(&self) -> bool {
        serde_json::from_slice::<serde_json::Value>(&self.body).is_ok()
    }

    pub(crate) fn status(&self) -> u16 {
        self.written.status.unwrap_or(200)
    }

    /// What is remembered of the source.
    pub(crate) fn state(&self) -> SourceState {
        let mut state = SourceState::new(self.source.key(), self.source.name.clone());
        for (name, value) in &self.written.kept {
            state.memory.insert(format!("{KEPT}{name}"), value.clone());
            state.last_ok = Some(now());
        }
        state
    }

    /// The requests of a poll.
    pub(crate) fn plan(&self) -> Result<Vec<Request>, Refusal> {
        adapter(&self.source.kind).plan(&Asking {
            state: &self.state(),
            terms: &self.source.terms,
            spent: 0,
            now: now(),
        })
    }

    /// The request that the response answers.
    pub(crate) fn request(&self) -> Request {
        let plan = self
            .plan()
            .unwrap_or_else(|error| panic!("{}: {error}", self.folder));
        let mut request = plan.into_iter().nth(self.written.request).unwrap();
        if self.written.page > 0 {
            request.url = self.address(&request);
        }
        request
    }

    fn address(&self, request: &Request) -> Url {
        match &self.written.address {
            Some(address) => Url::parse(address).unwrap(),
            None => request.url.clone(),
        }
    }

    /// The response with this body.
    pub(crate) fn response(&self, request: &Request, body: Vec<u8>) -> Response {
        let mut headers: Vec<(String, String)> = self.written.headers.clone().into_iter().collect();
        if !self.written.content_type.is_empty() {
            headers.push(("content-type".to_owned(), self.written.content_type.clone()));
        }
        Response {
            status: self.status(),
            headers,
            body: Bytes::from(body),
            url: self.address(request),
        }
    }

    /// What is made of this body.
    pub(crate) fn parse(&self, body: Vec<u8>) -> Result<Page, ParseError> {
        self.parse_as_answer_to(&self.request(), body)
    }

    /// What is made of this body as an answer to this request.
    pub(crate) fn parse_as_answer_to(
        &self,
        request: &Request,
        body: Vec<u8>,
    ) -> Result<Page, ParseError> {
        adapter(&self.source.kind).parse(&Answer {
            request,
            response: &self.response(request, body),
            page: self.written.page,
            now: now(),
        })
    }

    /// What a refusal with this body says.
    pub(crate) fn refusal(&self, body: Vec<u8>) -> Option<Refusal> {
        let request = self.request();
        adapter(&self.source.kind).refusal(&Answer {
            request: &request,
            response: &self.response(&request, body),
            page: self.written.page,
            now: now(),
        })
    }
}

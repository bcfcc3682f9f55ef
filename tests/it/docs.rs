//! The README tells the truth: its commands run, its configuration passes `check`. So does the page on
//! alerts.

use std::path::Path;

use ascolto::config::Config;

use crate::harness::Instance;

/// A fenced block: what stands behind the fence, and its lines.
fn blocks(markdown: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(kind), None) => open = Some((kind.to_owned(), String::new())),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The words of a command line: blanks part them, single quotes keep them together.
fn words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(number, part)| {
            if number % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        })
        .collect()
}

#[test]
fn the_readme_can_be_followed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let folder = Instance::new();
    let (mut commands, mut files) = (0, 0);
    for (kind, text) in blocks(&readme) {
        match kind.as_str() {
            "console" => {
                for line in text.lines() {
                    let line = line.strip_prefix("$ ascolto ").expect("a command");
                    let words = words(line);
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    folder.run_in(&words).code(0);
                    commands += 1;
                }
            }
            "toml" => {
                let name = text.lines().next().and_then(|line| line.strip_prefix("# "));
                let path = Path::new("my-brand").join(name.expect("the file's name"));
                if path.starts_with("my-brand/watchlists") {
                    folder.write(path.to_str().unwrap(), &text);
                } else {
                    // Later than the first `check`: the settings stand on their own.
                    let own =
                        Instance::new().file(path.file_name().unwrap().to_str().unwrap(), &text);
                    own.run(&["check"]).code(0);
                }
                files += 1;
            }
            "sh" | "text" => {}
            other => panic!("blocks of kind `{other}` are not tested"),
        }
    }
    assert_eq!((commands, files), (7, 2));
    let all = folder.run_in(&["-C", "my-brand", "check"]).code(0);
    assert!(all.stdout.contains("2 watchlists"), "{}", all.stdout);
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/sources.md",
        "watchlists/README.md",
        "benches/README.md",
        "docs/alerts.md",
        "docs/digests.md",
        "docs/scores.md",
        "fuzz/README.md",
    ] {
        let path = root.join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        for part in text.split("](").skip(1) {
            let target = part.split([')', '#']).next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                let target = path.parent().unwrap().join(target);
                assert!(target.exists(), "{name} links to {}", target.display());
            }
        }
    }
}

#[test]
fn the_rooms_that_the_architecture_names_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for name in text.split('`').skip(1).step_by(2) {
        let path = if name.starts_with("tests/") {
            name.to_owned()
        } else if name.starts_with(char::is_lowercase) && name.contains("::") {
            format!("src/{}", name.replace("::", "/"))
        } else {
            continue;
        };
        // What varies by kind or file, and several rooms of one folder.
        let path = path.split(['*', '{']).next().unwrap();
        let path = root.join(path.trim_end_matches("KIND").trim_end_matches('/'));
        assert!(
            path.exists() || path.with_extension("rs").exists(),
            "ARCHITECTURE.md names `{name}`"
        );
        named += 1;
    }
    assert!(named > 30, "only {named} rooms are named");
}

/// The configuration that the blocks of a page make together; it must be without a problem.
fn configuration(page: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("watchlists")).unwrap();
    for secret in ["slack-url", "telegram-token", "webhook-secret"] {
        std::fs::write(folder.path().join(secret), "https://hooks.example/x\n").unwrap();
    }
    let (settings, rules): (Vec<String>, Vec<String>) = blocks(page)
        .into_iter()
        .filter(|(kind, _)| kind == "toml")
        .map(|(_, text)| text)
        .partition(|block| block.starts_with("# ascolto.toml"));
    std::fs::write(folder.path().join("ascolto.toml"), settings.concat()).unwrap();
    let rules = rules.concat();
    std::fs::write(
        folder.path().join("watchlists/frigolux.toml"),
        format!(
            "query = 'frigolux'\n[[source]]\nkind = \"feed\"\nurl = \"https://forum.example/rss\"\n{rules}"
        ),
    )
    .unwrap();
    let (config, problems) = Config::open(folder.path()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    config
}

#[test]
fn the_page_on_alerts_says_what_can_be_written() {
    let config = configuration(include_str!("../../docs/alerts.md"));
    assert_eq!(config.watchlists[0].alerts.len(), 5);
    assert_eq!(config.settings.webhooks.len(), 4);
}

#[test]
fn the_page_on_digests_says_what_can_be_written() {
    let page = include_str!("../../docs/digests.md");
    let config = configuration(page);
    assert_eq!(config.watchlists[0].digests.len(), 3);
    let keys = "name to every at on cron timezone language when_empty filter";
    for key in keys.split(' ') {
        assert!(
            page.lines().any(|line| {
                line.strip_prefix(key)
                    .is_some_and(|rest| rest.trim_start().starts_with('='))
            }),
            "{key}"
        );
    }
}

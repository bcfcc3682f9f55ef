//! Statistics agree with the search, fit a terminal, and make a page that needs nothing else.

use std::fs;

use unicode_width::UnicodeWidthStr;

use crate::harness::Instance;

#[test]
fn statistics_of_the_demo() {
    let demo = Instance::demo();
    let run = |arguments: &[&str]| demo.run(arguments);
    let told = run(&["stats", "frigolux", "--since", "20d", "--format", "json"]).code(0);
    let told = &told.json_lines()[0];
    let count = |query: &str| -> u64 {
        let ran = run(&["search", query, "--since", "20d", "--count"]).code(0);
        ran.stdout.trim().parse().unwrap()
    };
    let all = count("watch:frigolux");
    assert_eq!(told["numbers"]["mentions"], all);
    let sum = |list: &str, field: &str| -> u64 {
        let rows = told[list].as_array().unwrap();
        rows.iter().map(|row| row[field].as_u64().unwrap()).sum()
    };
    for sentiment in ["negative", "positive"] {
        assert_eq!(sum("periods", sentiment), sounding(&demo, sentiment));
    }
    assert_eq!(sum("sources", "mentions"), all);
    assert_eq!(sum("intents", "mentions"), all);
    assert_eq!(
        told["sources"][0]["mentions"],
        count("watch:frigolux source:forum")
    );
    assert_eq!(told["voices"][1]["name"], "Gelomax");
    assert_eq!(told["voices"][1]["mentions"], count("watch:gelomax"));

    // Codes for machines, names for people.
    let codes = told["languages"].as_array().unwrap();
    assert!(codes.iter().any(|row| row["name"] == "it"), "{codes:?}");
    let drawn = run(&["stats", "frigolux", "--since", "20d"]).code(0).stdout;
    assert!(drawn.contains("\nlanguages\n  Italian "), "{drawn}");

    for arguments in [&["stats"][..], &["stats", "gelomax", "--since", "400d"]] {
        let drawn = run(arguments).code(0).stdout;
        for line in drawn.lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
    // Nothing in that time is said, not drawn.
    let none = run(&[
        "stats",
        "frigolux",
        "--since",
        "2001-01-01",
        "--until",
        "2001-01-31",
    ]);
    assert!(
        none.code(1)
            .stdout
            .contains("mentions                                0")
    );
    run(&["stats", "frigolux", "--since", "1d", "--until", "2d"]).code(3);
    run(&["stats", "nobody"]).code(3);
}

/// How many mentions sound like that about Frigolux, as the search tells them one by one.
fn sounding(demo: &Instance, sentiment: &str) -> u64 {
    let arguments = "search watch:frigolux --since 20d --limit 1000 --format json";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let rows = demo.run(&arguments).code(0).json_lines();
    let sounds = rows.iter().filter(|row| {
        let brands = row["brands"].as_array();
        let own = brands.and_then(|all| all.iter().find(|brand| brand["watchlist"] == "frigolux"));
        own.unwrap_or(row)["sentiment"]["label"] == sentiment
    });
    u64::try_from(sounds.count()).unwrap()
}

#[test]
fn statistics_as_a_page() {
    let demo = Instance::demo();
    let page = |name: &str, arguments: &[&str]| {
        let mut all = vec!["stats", "--html", name];
        all.extend(arguments);
        demo.run_in(&all);
        fs::read_to_string(demo.path().join(name)).unwrap()
    };
    let italian = page("it.html", &["frigolux"]);
    assert!(italian.contains("<html lang=\"it\""));
    assert!(italian.contains("Che cosa si è detto di Frigolux"));
    assert!(italian.contains("<span>italiano</span>"));
    assert!(italian.contains("role=\"img\"") && italian.contains("aria-describedby=\"picture\""));
    for foreign in [
        "<script", "src=", "href=", "url(", "@import", "http://", "https://",
    ] {
        assert!(!italian.contains(foreign), "the page holds {foreign}");
    }
    let empty = page(
        "none.html",
        &["--since", "2001-01-01", "--until", "2001-01-31"],
    );
    assert!(empty.contains("Nessuna menzione in questo periodo."));
    let settings = fs::read_to_string(demo.path().join("ascolto.toml")).unwrap();
    let english: String = settings
        .lines()
        .filter(|line| !line.starts_with("language"))
        .flat_map(|line| [line, "\n"])
        .collect();
    demo.write("ascolto.toml", &format!("language = \"en\"\n{english}"));
    let english = page("en.html", &["frigolux"]);
    assert!(english.contains("<html lang=\"en\"") && english.contains("What was said of Frigolux"));
}

#[test]
fn a_hostile_name_stays_text() {
    let instance = Instance::new().file("ascolto.toml", "").file(
        "watchlists/w.toml",
        "name = \"<b>W</b>\"\nquery = \"frigolux\"\n",
    );
    let line = "{\"text\":\"frigolux\",\"author\":\"<script>alert(1)</script>\",\"source\":\"\\\"><img src=x>\"}\n";
    instance.pipe(&["import", "-"], line).code(0);
    let path = instance.path().join("page.html");
    instance
        .run(&["stats", "w", "--html", path.to_str().unwrap()])
        .code(0);
    let page = fs::read_to_string(path).unwrap();
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>W"));
    assert!(page.contains("alert(1)"));
}

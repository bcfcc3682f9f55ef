//! Keyword lists of one's own: they count wherever a score is made, and what is wrong is shown.

use crate::harness::Instance;

const SETTINGS: &str = "[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n";

fn instance(lists: &[(&str, &str)]) -> Instance {
    let instance = Instance::new().file("ascolto.toml", SETTINGS);
    for (name, text) in lists {
        instance.write(&format!("watchlists/lists/{name}"), text);
    }
    instance
}

/// The tone of a text by `ascolto score`.
fn tone(instance: &Instance, text: &str) -> (f64, String) {
    let line = serde_json::json!({"id": 1, "language": "it", "text": text}).to_string();
    let answer = instance
        .pipe(&["score"], &line)
        .code(0)
        .json_lines()
        .remove(0);
    let sentiment = &answer["sentiment"];
    (
        sentiment["score"].as_f64().unwrap(),
        sentiment["label"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn lines_of_ones_own_are_added_and_win() {
    let text = "Il frigo zumpa e sono deluso";
    let shipped = Instance::new();
    assert_eq!(tone(&shipped, text).1, "negative", "outside of an instance");
    let own = instance(&[(
        "it-mine.tsv",
        "# ours\nzumpa\t3.5\tsaid of a fridge that cools well\ndelus/o\t0\n[safety]\nzumpata\t45\n",
    )]);
    let (score, label) = tone(&own, text);
    assert_eq!(label, "positive", "{score}");
    let explained = own
        .run(&["explain", "--text", text, "--format", "json"])
        .code(0)
        .json_lines()
        .remove(0);
    let because = explained["scores"]["sentiment"]["because"].to_string();
    assert!(because.contains("zumpa"), "{because}");
    assert!(!because.contains("deluso"), "{because}");
    let line = "{\"id\": 1, \"language\": \"it\", \"text\": \"Ho preso una zumpata\"}";
    let answer = own.pipe(&["score"], line).code(0).json_lines().remove(0);
    assert!(
        answer["priority"].to_string().contains("safety"),
        "{answer}"
    );
    let mine = own.run(&["lists", "check"]).code(0);
    assert!(
        mine.stdout
            .contains("1 list in watchlists/lists, 3 lines: all well"),
        "{}",
        mine.stdout
    );
}

#[test]
fn every_line_that_is_wrong_is_shown_with_its_place() {
    let own = instance(&[
        (
            "it-mine.tsv",
            "zumpa 3\nzumpo\tmolto\nzumpi\t9\n[tone]\nab*\t1\nzum/zz\t1\n",
        ),
        ("it-other.tsv", "perde acqua\t-1\nc++\t-2\n"),
        ("it-third.tsv", "Perde acqua\t-2\n[function]\nzumpe\n"),
        ("mine.tsv", "zumpa\t3\n"),
        ("notes.tsv.bak", ""),
    ]);
    for command in [&["check"][..], &["lists", "check"]] {
        let ran = own.run(command);
        for (place, what) in [
            ("it-mine.tsv:1:1", "`zumpa 3` has no weight"),
            ("it-mine.tsv:2:1", "`molto` is no number"),
            (
                "it-mine.tsv:3:1",
                "the weight of `zumpi` is not between -4 and 4",
            ),
            ("it-mine.tsv:4:1", "no section is called `tone`"),
            ("it-mine.tsv:5:1", "the stem `ab*` is too short"),
            ("it-mine.tsv:6:1", "`/zz` is no class of `it`"),
            ("it-other.tsv:2:1", "`c++` can never match"),
            (
                "it-third.tsv:1:1",
                "stands in watchlists/lists/it-other.tsv:1 as well, with the weight -1",
            ),
            ("it-third.tsv:3:1", "`zumpe` counts for nothing"),
        ] {
            let said = ran
                .stderr
                .lines()
                .any(|line| line.contains(place) && line.contains(what));
            assert!(said, "{command:?}: {place} {what}\n{}", ran.stderr);
        }
        assert!(
            ran.stderr.contains("a line is the term, a tab, its weight"),
            "{}",
            ran.stderr
        );
        ran.code(3);
    }
    let names = own.run(&["check"]).stderr;
    assert!(
        names.contains("watchlists/lists/mine.tsv: the name does not begin with a language"),
        "{names}"
    );
    assert!(
        names.contains("watchlists/lists/notes.tsv.bak: the file is not read"),
        "{names}"
    );
    // What is right still counts.
    assert_eq!(tone(&own, "Il frigo perde acqua").1, "negative");
}

#[test]
fn a_term_is_looked_up() {
    let own = instance(&[("it-care.tsv", "zumpa\t3\tours\n")]);
    let shown = own
        .run(&["lists", "show", "it", "mai", "più", "--format", "json"])
        .code(0);
    let lines = shown.json_lines();
    assert!(lines.iter().all(|line| line["own"] == false));
    assert!(
        lines
            .iter()
            .any(|line| line["term"].as_str().unwrap().starts_with("mai"))
    );
    let care = own
        .run(&["lists", "show", "it", "--list", "care", "--format", "csv"])
        .code(0);
    assert!(
        care.stdout
            .starts_with("list,line,section,term,weight,comment\n")
    );
    assert!(
        care.stdout
            .contains("watchlists/lists/it-care.tsv,1,sentiment,zumpa,3,ours\n")
    );
    assert!(
        care.stdout
            .lines()
            .skip(1)
            .all(|line| line.contains("care.tsv,"))
    );
    let table = own.run(&["lists", "show", "zumpa"]).code(0);
    assert_eq!(table.stdout.lines().count(), 2, "{}", table.stdout);
    own.run(&["lists", "show", "en", "zumpa"]).code(1);
    // Outside of an instance: the shipped ones.
    Instance::new().run(&["lists", "show", "zumpa"]).code(1);
}

#[test]
fn exported_lists_are_read_as_they_are_and_never_overwritten() {
    let own = instance(&[]);
    let dir = own.path().join("watchlists/lists");
    let target = dir.to_str().unwrap();
    own.write("watchlists/lists/it-care.tsv", "zumpa\t3\n");
    let ran = own.run(&["lists", "export", target]).code(0);
    assert!(
        ran.stdout.contains("1 file left as found"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        std::fs::read_to_string(dir.join("it-care.tsv")).unwrap(),
        "zumpa\t3\n"
    );
    own.run(&["lists", "export", target]).code(2);
    assert!(
        std::fs::read_to_string(dir.join("any-faces.tsv"))
            .unwrap()
            .contains(":-)")
    );
    // Copies of the shipped lists change no score.
    let text = "Complimenti, quarta volta che chiamo :-( ❤️";
    assert_eq!(tone(&own, text), tone(&Instance::new(), text));
    let checked = own.run(&["lists", "check"]);
    assert!(!checked.stderr.contains("error"), "{}", checked.stderr);
}

/// What `score --all` says, and how many mentions are negative by a search.
fn rescored(demo: &Instance, more: &[&str]) -> (serde_json::Value, u64) {
    let all = ["score", "--all", "--format", "json"];
    let said = demo.run(&[&all[..], more].concat()).code(0);
    let negative = ["search", "sentiment:negative", "--count"];
    let found = demo.run(&negative).stdout;
    (said.json_lines().remove(0), found.trim().parse().unwrap())
}

#[test]
fn the_archive_follows_changed_lists() {
    let demo = Instance::demo();
    let all = ["search", "", "--count"];
    let stored = demo.run(&all).stdout.trim().parse::<u64>().unwrap();
    let (said, negative) = rescored(&demo, &[]);
    assert_eq!(said["weighed"], 0, "collected by the lists of now: {said}");
    assert!(said["mentions"].as_u64().unwrap() >= stored);
    let (said, _) = rescored(&demo, &["--force"]);
    assert_eq!(
        said["weighed"], 0,
        "weighed as when they were collected: {said}"
    );

    demo.write("watchlists/lists/it-ours.tsv", "frigorifero|frigo\t-4\n");
    let child = std::process::Command::new(crate::harness::binary())
        .args(["score", "--all"])
        .current_dir(demo.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    let mut child = child.unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    child.kill().ok();
    child.wait().unwrap();
    let (_, worse) = rescored(&demo, &[]);
    assert!(worse > negative, "{worse} after {negative}");
    let (said, again) = rescored(&demo, &[]);
    assert_eq!((&said["weighed"], again), (&0.into(), worse), "{said}");
    // The watchlists of the instance have nothing to add.
    let apply = ["watchlists", "apply", "frigolux", "--format", "json"];
    let applied = demo.run(&apply).code(0).json_lines().remove(0);
    assert_eq!(applied["updated"], 0, "{applied}");

    std::fs::remove_file(demo.path().join("watchlists/lists/it-ours.tsv")).unwrap();
    let (said, back) = rescored(&demo, &[]);
    assert_eq!(said["weighed"], said["mentions"]);
    assert!(
        said["relabelled"].as_u64() >= Some(worse - negative),
        "{said}"
    );
    assert_eq!(back, negative);
    demo.run(&["index", "verify"]).code(0);
}

#[test]
fn labels_are_kept_apart_and_compared() {
    let demo = Instance::demo();
    let ascolto = |arguments: &[&str]| demo.run(arguments);
    let query = [
        "search",
        "watch:frigolux sentiment:negative",
        "--limit",
        "2",
        "--format",
        "json",
    ];
    let found = ascolto(&query).code(0).json_lines();
    let ids: Vec<String> = found
        .iter()
        .map(|mention| mention["id"].to_string())
        .collect();
    let before = ascolto(&["lists", "check"]).code(0).stdout;
    assert_eq!(before.lines().count(), 1, "{before}");
    ascolto(&["label", &ids[0], "negative"]).code(0);
    ascolto(&["label", &ids[1], "positive", "--not-relevant"]).code(0);
    let said = ascolto(&["label", &ids[0], "--priority", "low"])
        .code(0)
        .stdout;
    assert_eq!(
        said,
        format!("#{} is labelled: negative, priority low\n", ids[0])
    );
    assert_eq!(ascolto(&query).json_lines(), found, "no score changes");
    let checked = ascolto(&["lists", "check"]).code(0).stdout;
    for line in ["all labels: ", "frigolux: "] {
        let line = format!(
            "{line}2 labels, sentiment 1 of 2 agree, priority 0 of 1 agree, 1 not relevant"
        );
        assert!(checked.contains(&line), "{checked}");
    }
    let because = found[1]["sentiment"]["because"].as_array().unwrap();
    let blame = because
        .iter()
        .find(|term| term["weight"].as_f64() < Some(0.0));
    let blame = blame.unwrap()["term"].as_str().unwrap();
    assert!(
        checked.contains(&format!("  {blame}: wrong 1, right ")),
        "{blame}: {checked}"
    );
    for id in &ids {
        ascolto(&["label", id, "--remove"]).code(0);
    }
    assert_eq!(ascolto(&["lists", "check"]).code(0).stdout, before);
    ascolto(&["label", "999999", "neutral"]).code(1);
    ascolto(&["label", &ids[0]]).code(2);
}

/// An instance that collected gardens for a shop called Orto, and what it collected.
fn gardens() -> (Instance, Vec<serde_json::Value>) {
    let folder = Instance::new()
        .file("ascolto.toml", SETTINGS)
        .file(
            "watchlists/orto.toml",
            "name = \"Orto\"\nquery = 'orto'\n\n[priority]\nvip = [\"@sindaca\"]\n",
        )
        .file(
            "watchlists/rivale.toml",
            "name = \"Rivale\"\nkind = \"competitor\"\nquery = 'rivale'\n",
        );
    let lines = [
        "{\"text\": \"Semino pomodori nel mio orto di casa\", \"id\": 1}",
        "{\"text\": \"Che bei pomodori nell'orto di nonno\", \"id\": 2}",
        "{\"text\": \"Il caffè Orto è ottimo\", \"id\": 3}",
        "{\"text\": \"Al caffè Orto servono pomodori freschi\", \"id\": 4}",
        "{\"text\": \"Semino insalata nel mio orto di casa\", \"id\": 5}",
        "{\"text\": \"Orto è ottimo, Rivale è pessimo.\", \"id\": 6}",
        "{\"text\": \"Domani passo da Orto\", \"id\": 7, \"author\": {\"handle\": \"@sindaca\"}}",
    ];
    folder.write("mentions.jsonl", &lines.join("\n"));
    folder
        .run(&[
            "import",
            folder.path().join("mentions.jsonl").to_str().unwrap(),
        ])
        .code(0);
    let all = folder
        .run(&["search", "watch:orto", "--limit", "99", "--format", "json"])
        .code(0)
        .json_lines();
    (folder, all)
}

#[test]
fn a_vip_is_heard_and_each_of_two_brands_has_its_sentiment() {
    let (folder, all) = gardens();
    let find = |text: &str| {
        all.iter()
            .find(|mention| mention["text"].as_str().unwrap().contains(text))
            .unwrap_or_else(|| panic!("{text}: {all:?}"))
    };
    let vip = find("Domani passo");
    assert_eq!(vip["priority"]["label"], "high", "{vip}");
    assert!(
        vip["priority"]["because"]
            .to_string()
            .contains("vip @sindaca"),
        "{vip}"
    );

    let two = find("Rivale");
    let labels =
        [&two["sentiment"], &two["brands"][0]["sentiment"]].map(|tone| tone["label"].as_str());
    assert!(
        labels.contains(&Some("positive")) && labels.contains(&Some("negative")),
        "{two}"
    );
    let id = two["id"].to_string();
    let explained = folder.run(&["explain", &id]).code(0).stdout;
    assert!(explained.contains("sentiment about "), "{explained}");
    assert!(explained.contains("about another name"), "{explained}");
}

#[test]
fn who_asks_for_a_watchlist_sees_the_tone_about_its_brand() {
    let (folder, _) = gardens();
    let ask = |words: &[&str]| folder.run(words).stdout;
    for (brand, good, bad) in [
        ("orto", "positive", "negative"),
        ("rivale", "negative", "positive"),
    ] {
        let query = format!("watch:{brand} Rivale");
        let found =
            |label: &str| ask(&["search", &format!("{query} sentiment:{label}"), "--count"]);
        assert_eq!(found(good).trim(), "1", "{brand}");
        assert_eq!(found(bad).trim(), "0", "{brand}");
        let json = folder
            .run(&["search", &query, "--format", "json"])
            .code(0)
            .json_lines();
        assert_eq!(json[0]["sentiment"]["label"], good, "{json:?}");
        assert_eq!(json[0]["brands"][0]["sentiment"]["label"], bad, "{json:?}");
        assert_ne!(json[0]["brands"][0]["watchlist"], brand, "{json:?}");
        for format in ["json", "csv"] {
            let exported = ask(&["export", &query, "--format", format]);
            let place = |label: &str| exported.find(label).unwrap_or(usize::MAX);
            assert!(place(good) < place(bad), "{exported}");
            let csv = ask(&["search", &query, "--format", "csv"]);
            assert!(csv.contains(good) && !csv.contains(bad), "{csv}");
        }
        // Narrowed by the index, and by the matcher.
        for query in [&query, &format!("{query} raw:\"Rivale \"")] {
            let counted = ["search", query, "--facets", "sentiment", "--limit", "0"];
            let facets = ask(&[&counted[..], &["--format", "csv"]].concat());
            assert!(facets.contains(&format!("sentiment,{good},1")), "{facets}");
        }
        assert!(ask(&["search", &query]).contains(&good.to_uppercase()));
    }
    let id = folder
        .run(&["search", "Rivale", "--format", "json"])
        .json_lines()[0]["id"]
        .to_string();
    let shown = ask(&["show", &id]);
    assert!(shown.contains(") about "), "{shown}");
}

#[test]
fn what_is_not_relevant_says_what_to_take_out_of_the_query() {
    let (folder, all) = gardens();
    let find = |text: &str| {
        all.iter()
            .find(|mention| mention["text"].as_str().unwrap().contains(text))
            .unwrap_or_else(|| panic!("{text}: {all:?}"))
    };
    for text in ["pomodori nel mio", "bei pomodori", "insalata"] {
        let id = find(text)["id"].to_string();
        folder.run(&["label", &id, "--not-relevant"]).code(0);
    }
    let good = find("servono pomodori")["id"].to_string();
    let before = folder.run(&["lists", "check"]).code(0).stdout;
    assert!(
        before.contains("3 mentions of orto not relevant"),
        "{before}"
    );
    assert!(before.contains("NOT ("), "{before}");
    assert!(before.contains("query = '''\n(orto)\n"), "{before}");
    // What someone called relevant is never taken out.
    folder.run(&["label", &good, "neutral"]).code(0);
    let rows = folder
        .run(&["lists", "check", "--format", "json"])
        .code(0)
        .json_lines();
    let terms: Vec<&str> = rows
        .iter()
        .filter(|row| row["kind"] == "exclusion")
        .map(|row| row["term"].as_str().unwrap())
        .collect();
    assert!(
        !terms.is_empty() && !terms.contains(&"pomodori"),
        "{rows:?}"
    );
    let csv = folder
        .run(&["lists", "check", "--format", "csv"])
        .code(0)
        .stdout;
    assert!(
        csv.starts_with("kind,place,term,message,right,wrong\n"),
        "{csv}"
    );
    // The proposal is a query that can be pasted.
    let after = folder.run(&["lists", "check"]).code(0).stdout;
    let (_, toml) = after.split_once("query = '''").unwrap();
    let (query, _) = toml.split_once("'''").unwrap();
    folder.write(
        "watchlists/orto.toml",
        &format!("name = \"Orto\"\nquery = '''{query}'''\n"),
    );
    folder.run(&["check"]).code(0);
}

/// The page for the care team shows what the program really answers.
#[test]
fn the_examples_of_the_page_about_scores_are_true() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/scores.md")).unwrap();
    let folder = Instance::new();
    let mut count = 0;
    for block in page.split("```console\n$ ascolto explain --text '").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        let (text, shown) = block.split_once("'\n").unwrap();
        let said = folder.run(&["explain", "--text", text]).code(0).stdout;
        let said: Vec<&str> = said
            .lines()
            // The version of the lists changes with every line of theirs.
            .filter(|line| !line.starts_with("lists"))
            .collect();
        assert_eq!(said, shown.trim_end().lines().collect::<Vec<_>>(), "{text}");
        count += 1;
    }
    assert!(count >= 8, "{count}");
}

//! Archives come and go whole, and what is to be forgotten is gone.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ascolto::model::{Item, Sequence};
use ascolto::store::{Backup, Store};
use serde_json::Value;

use crate::harness::{Instance, Ran};
use crate::world::{at, item, record};

const SETTINGS: &str = "timezone = \"Europe/Rome\"\n[retention]\nmentions = \"forever\"\n";

const FRIGOLUX: &str = "name = \"Frigolux\"\nkind = \"brand\"\nquery = \"frigolux\"\n";

fn instance() -> Instance {
    Instance::new()
        .file("ascolto.toml", SETTINGS)
        .file("watchlists/frigolux.toml", FRIGOLUX)
        .file(
            "watchlists/gelomax.toml",
            "name = \"Gelomax\"\nkind = \"competitor\"\nquery = \"gelomax\"\n",
        )
}

/// What an import says it did: read, new, known, unmatched, refused.
fn counts(ran: &Ran) -> [u64; 5] {
    let told: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    ["read", "new", "known", "unmatched", "refused"].map(|key| told[key].as_u64().unwrap())
}

/// All mentions, without their numbers, in an order of their own.
fn everything(instance: &Instance) -> Vec<Value> {
    let mut all = instance.run(&["export"]).json_lines();
    for mention in &mut all {
        mention.as_object_mut().unwrap().remove("id");
    }
    all.sort_by_key(ToString::to_string);
    all
}

/// The demo's instance, collected once.
fn demo(folder: &Instance) -> String {
    folder.run_in(&["demo", "--keep", "demo"]).code(0);
    folder.path().join("demo").to_str().unwrap().to_owned()
}

/// The files of `folder` whose bytes hold `needle`, below it.
fn holding(folder: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, needle));
        } else {
            // A file may go while it is looked for; one that cannot be read would hide what it holds.
            let bytes = match fs::read(&path) {
                Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => continue,
                read => read.unwrap(),
            };
            if memchr::memmem::find(&bytes, needle.as_bytes()).is_some() {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn what_is_exported_comes_back_the_same() {
    let folder = Instance::new();
    let demo = demo(&folder);
    let all = folder.run_in(&["-C", &demo, "export"]).code(0);
    assert!(all.json_lines().len() > 50);
    let csv = folder.run_in(&["-C", &demo, "export", "--excel"]).code(0);
    for (input, name) in [(&all.stdout, "JSON"), (&csv.stdout, "CSV")] {
        let fresh = Instance::new();
        for file in [
            "ascolto.toml",
            "watchlists/frigolux.toml",
            "watchlists/gelomax.toml",
        ] {
            let text = fs::read_to_string(Path::new(&demo).join(file)).unwrap();
            fresh.write(file, &text);
        }
        let first = fresh
            .pipe(&["import", "-", "--format", "json"], input)
            .code(0);
        let [read, new, ..] = counts(&first);
        assert_eq!(read, new, "{name}");
        assert_eq!(read, all.json_lines().len() as u64, "{name}");
        let second = fresh
            .pipe(&["import", "-", "--format", "json"], input)
            .code(0);
        assert_eq!(counts(&second), [read, 0, read, 0, 0], "{name}");
        let mut before = all.json_lines();
        for mention in &mut before {
            mention.as_object_mut().unwrap().remove("id");
        }
        before.sort_by_key(ToString::to_string);
        let after = everything(&fresh);
        assert_eq!(after.len(), before.len(), "{name}");
        for (before, after) in before.iter().zip(after) {
            // What the shop answered has no column.
            let mut before = before.clone();
            if name == "CSV" {
                before.as_object_mut().unwrap().remove("owner_reply");
            }
            assert_eq!(before, after, "{name}");
        }
        fresh.run(&["index", "verify"]).code(0);
    }
}

#[test]
fn a_table_of_a_spreadsheet_is_read_as_people_write_it() {
    let instance = instance();
    // As an Italian Excel saves it: the Windows code page, semicolons, local dates.
    let table = "Titolo;Data;Ora;Autore;Testo;Voto;Nota interna\r\n\
         Perde acqua;20/11/2026;07:12;Lia;\"Il mio Frigolux perde acqua, \u{e8} una vergogna\";1,5;x\r\n\
         ;21/11/2026;;@ugo;Frigolux silenzioso;5;\r\n\
         ;non so;;Ada;Frigolux;3;\r\n\
         ;21/11/2026;;Ada;Niente da dire;3;\r\n\
         ;21/11/2026;;Ada;Frigolux; ma anche; troppo; qui\r\n";
    let bytes: Vec<u8> = table
        .chars()
        .map(|c| u8::try_from(c as u32).unwrap())
        .collect();
    fs::write(instance.path().join("recensioni.csv"), bytes).unwrap();
    let path = instance.path().join("recensioni.csv");
    let path = path.to_str().unwrap();
    let ran = instance.run(&["import", path, "--format", "json"]).code(3);
    assert_eq!(counts(&ran), [3, 2, 0, 1, 2]);
    assert!(
        ran.stderr
            .contains("columns that are not used: Nota interna"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("recensioni.csv:4: column \"Data\": cannot read \"non so\""),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("recensioni.csv:6: the row has 8 cells and the head 7"),
        "{}",
        ran.stderr
    );
    let all = everything(&instance);
    let lia = all
        .iter()
        .find(|one| one["author"]["name"] == "Lia")
        .unwrap();
    assert_eq!(lia["published"], "2026-11-20T06:12:00Z");
    assert_eq!(lia["rating"], 1.5);
    assert_eq!(lia["source"], "recensioni");
    assert!(lia["text"].as_str().unwrap().contains("è una vergogna"));
    assert!(all.iter().any(|one| one["author"]["handle"] == "@ugo"));
    // The past: in no digest.
    let preview = instance.run(&["search", "frigolux", "--count"]).code(0);
    assert_eq!(preview.stdout.trim(), "2");
}

#[test]
fn says_why_a_file_cannot_be_read() {
    let instance = instance();
    for (text, message, hint) in [
        ("[{\"text\":\"frigolux\"}]", "one JSON array", "jq -c"),
        (
            "a;b\n1;2\n",
            "no column of the table is a text",
            "--column text=NAME",
        ),
        ("", "the file is empty", "JSON lines"),
    ] {
        let ran = instance.pipe(&["import", "-"], text).code(3);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    }
    let lines = "{\"text\":\"frigolux uno\"}\n{\"text\":7}\nnonsense\n{\"text\":\"\"}\n\n{\"text\":\"frigolux due\"}\n";
    let ran = instance
        .pipe(&["import", "-", "--format", "json"], lines)
        .code(3);
    assert_eq!(counts(&ran), [2, 2, 0, 0, 3]);
    assert!(ran.stderr.contains("stdin:2:9"), "{}", ran.stderr);
    assert!(ran.stderr.contains("stdin:3:2"), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("stdin:4: it has neither a title nor a text"),
        "{}",
        ran.stderr
    );
    let named = "Wann;Was\n2026-11-20;frigolux drei\n";
    let ran = instance.pipe(
        &[
            "import",
            "-",
            "--column",
            "text=was",
            "--column",
            "published=Wann",
            "--source",
            "x",
        ],
        named,
    );
    assert!(ran.code(0).stdout.contains("1  new"));
}

#[test]
fn lines_that_share_an_address_stay_apart() {
    let instance = instance();
    let lines = |count: u32| -> String {
        (0..count)
            .map(|n| {
                let page = n % 20;
                format!("{{\"text\":\"frigolux, parere numero {n}\",\"url\":\"https://shop.example/p/{page}\"}}\n")
            })
            .collect::<Vec<_>>()
            .concat()
    };
    for (count, expected) in [
        (60, [60, 60, 0, 0, 0]),
        (120, [120, 60, 60, 0, 0]),
        (120, [120, 0, 120, 0, 0]),
    ] {
        let ran = instance.pipe(&["import", "-", "--format", "json"], &lines(count));
        assert_eq!(counts(&ran.code(0)), expected);
    }
}

#[test]
fn a_backup_holds_the_whole_instance() {
    let folder = Instance::new();
    let demo = demo(&folder);
    let run = |arguments: &[&str]| folder.run_in(arguments);
    let made = run(&["-C", &demo, "backup", "demo.backup"]).code(0);
    assert!(
        made.stdout.contains("read back and found whole"),
        "{}",
        made.stdout
    );
    run(&["-C", &demo, "backup", "demo.backup"]).code(2);
    run(&["-C", &demo, "backup", "--replace", "demo.backup"]).code(0);
    assert!(
        run(&["restore", "--check", "demo.backup"])
            .code(0)
            .stdout
            .contains("it is whole")
    );
    run(&["-C", "new", "restore", "demo.backup"]).code(0);
    let all = |dir: &str| run(&["-C", dir, "export"]).code(0).stdout;
    assert_eq!(all("new"), all(&demo));
    for file in ["ascolto.toml", "watchlists/frigolux.toml"] {
        let read = |dir: &str| fs::read(folder.path().join(dir).join(file)).unwrap();
        assert_eq!(read("new"), read("demo"), "{file}");
    }
    run(&["-C", "new", "index", "verify"]).code(0);
    // It refuses to overwrite without being told to.
    let refused = run(&["-C", "new", "restore", "demo.backup"]).code(2);
    assert!(refused.stderr.contains("--replace"), "{}", refused.stderr);
    run(&["-C", "new", "restore", "--replace", "demo.backup"]).code(0);
    assert_eq!(all("new"), all(&demo));
    let aside = fs::read_dir(folder.path().join("new")).unwrap().flatten();
    let aside = aside.filter(|entry| {
        entry
            .file_name()
            .to_string_lossy()
            .starts_with("before-restore")
    });
    assert_eq!(aside.count(), 1);

    // One byte of the middle turned is seen, and so is any other file.
    let path = folder.path().join("demo.backup");
    let mut bytes = fs::read(&path).unwrap();
    let page = 4096 * (bytes.len() / 4096 / 2);
    bytes[page..page + 64].fill(0xa5);
    fs::write(folder.path().join("bad.backup"), &bytes).unwrap();
    let bad = run(&["-C", "other", "restore", "bad.backup"]).code(2);
    assert!(bad.stderr.contains("damaged"), "{}", bad.stderr);
    assert!(!folder.path().join("other").exists());
    let none = run(&["-C", "other", "restore", "demo/ascolto.toml"]).code(2);
    assert!(
        none.stderr.contains("no backup of ascolto"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_backup_is_consistent_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut store = Store::open(folder.path()).unwrap();
            // Bounded, so that a check that fails ends the test.
            for round in 0..3_000 {
                let items: Vec<Item> = (0..20)
                    .map(|n| {
                        let id = format!("{round}-{n}");
                        item(&id, "", &format!("il mio frigolux perde acqua, dice {id}"))
                    })
                    .collect();
                record(&mut store, "forum", round, &items);
                thread::sleep(Duration::from_millis(10));
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut last = 0;
        for number in 0..3 {
            let file = folder.path().join(format!("{number}.backup"));
            while store.count_mentions().unwrap() <= last {
                thread::yield_now();
            }
            let backup = store.backup(&file, &[], at(0)).unwrap();
            assert_eq!(backup.mentions % 20, 0, "half a poll");
            assert!(backup.mentions > last);
            last = backup.mentions;
            let restored = Backup::restore(&file, &folder.path().join(number.to_string())).unwrap();
            assert_eq!(restored.count_mentions().unwrap(), last);
            assert_ne!(restored.token().unwrap(), store.token().unwrap());
            let changes = restored.changes(Sequence(0), usize::MAX).unwrap();
            assert_eq!(changes.list.len() as u64, last);
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn what_is_forgotten_is_gone_to_the_last_byte() {
    let folder = Instance::new();
    let demo = demo(&folder);
    let index = folder.path().join("demo/index");
    let run = |arguments: &[&str]| folder.run_in(arguments);
    run(&["-C", &demo, "backup", "before.backup"]).code(0);
    // A word that only this author writes.
    let text = "Non una scossettina da golfino sintetico";
    let words = ["scossettina", "marta_bs"];
    assert!(!holding(&index, text).is_empty());
    for word in words {
        assert!(!holding(&index, word).is_empty(), "{word}");
    }
    let mails = run(&["-C", &demo, "outbox", "--format", "json"])
        .json_lines()
        .len();
    let shown = run(&["-C", &demo, "forget", "--author", "marta_bs", "--dry-run"]).code(0);
    assert!(
        shown.stdout.contains("nothing was changed"),
        "{}",
        shown.stdout
    );
    run(&["-C", &demo, "forget", "--author", "marta_bs"]).code(2);
    assert!(!holding(&index, text).is_empty());
    run(&["-C", &demo, "forget", "--author", "Marta_BS", "--yes"]).code(0);
    assert_eq!(holding(&index, text), Vec::<String>::new());
    for word in words {
        assert_eq!(holding(&index, word), Vec::<String>::new(), "{word}");
    }
    let after = run(&["-C", &demo, "outbox", "--format", "json"])
        .json_lines()
        .len();
    assert_eq!(after, mails, "the rows of mails stay");
    run(&["-C", &demo, "forget", "--author", "marta_bs", "--yes"]).code(1);
    run(&["-C", &demo, "index", "verify"]).code(0);

    // Later backups do not hold it; an earlier one that is restored does not bring it back.
    run(&["-C", &demo, "backup", "after.backup"]).code(0);
    let hold = |file: &str| {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        memchr::memmem::find(&bytes, b"scossettina").is_some()
    };
    assert!(hold("before.backup") && !hold("after.backup"));
    run(&["-C", &demo, "restore", "--replace", "before.backup"]).code(0);
    assert_eq!(holding(&index, "scossettina"), Vec::<String>::new());
    run(&["-C", &demo, "search", "scossettina"]).code(1);
    run(&["-C", &demo, "index", "verify"]).code(0);
}

#[test]
fn what_is_forgotten_does_not_come_back() {
    let instance = instance();
    let line = |id: u32, text: &str| {
        format!(
            "{{\"text\":\"{text}\",\"url\":\"https://forum.example/t/{id}\",\"author\":\"@lia\",\"source\":\"forum\"}}\n"
        )
    };
    let lines = line(1, "frigolux perde acqua")
        + &line(2, "frigolux e gelomax a confronto")
        + &line(3, "niente di niente");
    let import = |lines: &str| {
        counts(
            &instance
                .pipe(&["import", "-", "--format", "json"], lines)
                .code(0),
        )
    };
    assert_eq!(import(&lines), [3, 2, 0, 1, 0]);
    instance
        .run(&[
            "forget",
            "--url",
            "https://www.forum.example/t/1?utm_source=x",
            "--yes",
        ])
        .code(0);
    assert_eq!(import(&lines), [3, 0, 3, 0, 0]);
    instance.run(&["search", "perde"]).code(1);

    // A watchlist: what is its own goes, what others collect stays with them.
    instance
        .run(&["forget", "--watchlist", "gelomax", "--yes"])
        .code(0);
    let all = everything(&instance);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["watchlists"], serde_json::json!(["frigolux"]));

    // For good: what is new of the author neither.
    instance
        .run(&["forget", "--author", "lia", "--for-good", "--yes"])
        .code(0);
    assert_eq!(everything(&instance).len(), 0);
    let new = line(4, "frigolux di nuovo");
    assert_eq!(import(&new), [1, 0, 1, 0, 0]);
    instance.run(&["forget", "--again", "@lia"]).code(0);
    assert_eq!(import(&new), [1, 1, 0, 0, 0]);
}

//! The index follows the store, whatever happens to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use ascolto::index::{Effort, Fresh, Indexer, Searcher, Target, Window};
use ascolto::model::{MentionId, Sequence, Status};
use ascolto::pipeline::index_tail::{folder, rebuild, status, tail, verify};
use ascolto::pipeline::search::{SearchOptions, search};
use ascolto::query::{Names, Query, Role};
use ascolto::store::Store;
use proptest::collection::vec;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use crate::world::{at, item, record};

/// The environment variable that makes the child of a test play its part.
const PART: &str = "ASCOLTO_TEST_INDEX_FOLDER";
const PATIENCE: Duration = Duration::from_secs(20);

fn query(text: &str) -> Query {
    Query::parse(text, Role::Search, &Names::default())
        .unwrap()
        .0
}

/// How many mentions a search finds.
fn count(store: &Store, text: &str) -> usize {
    let found = search(
        store,
        &query(text),
        &SearchOptions::new(at(0)),
        &mut |_, _| {},
    )
    .unwrap();
    assert_eq!(found.behind, 0);
    found.total
}

fn fill(store: &mut Store, from: u64, to: u64) -> Vec<MentionId> {
    let items: Vec<_> = (from..to)
        .map(|n| {
            item(
                &n.to_string(),
                &format!("https://a.example/{n}"),
                &format!("frigolux {n}"),
            )
        })
        .collect();
    record(store, "a", 0, &items).new
}

fn target(store: &Store) -> Target {
    Target {
        token: store.token().unwrap(),
        upto: store.max_seq().unwrap(),
    }
}

#[test]
fn follows_what_is_stored_edited_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(
        count(&store, "frigolux"),
        0,
        "an instance without mentions can be searched"
    );
    let ids = fill(&mut store, 0, 5);
    assert_eq!(count(&store, "frigolux"), 5, "a search tails first");
    record(
        &mut store,
        "a",
        1,
        &[item("3", "https://a.example/3", "frigolux bollente")],
    );
    store.delete_mentions(&ids[..1]).unwrap();
    store.set_status(ids[1], Status::Closed).unwrap();
    assert_eq!(count(&store, "frigolux"), 4);
    assert_eq!(count(&store, "bollente"), 1);
    assert_eq!(count(&store, "frigolux 3"), 0, "the old words are gone");
    assert_eq!(count(&store, "status:closed"), 1);
    let seen = verify(&store).unwrap();
    assert!(seen.is_equal() && seen.checked == 4, "{seen:?}");
    let status = status(&store).unwrap();
    assert_eq!((status.stored, status.indexed), (4, Some(4)));
    assert_eq!(status.reached, status.upto);
    assert!(status.bytes > 0);
    assert_eq!(tail(&store).unwrap().changes, 0);
}

#[test]
fn who_finds_the_lock_taken_leaves_it_to_the_holder() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    fill(&mut store, 0, 3);
    tail(&store).unwrap();
    let held = Indexer::try_open(&folder(&store), &target(&store), Effort::Usual).unwrap();
    fill(&mut store, 3, 5);
    let tailed = tail(&store).unwrap();
    assert!(tailed.elsewhere);
    let options = SearchOptions {
        patience: Duration::from_millis(30),
        ..SearchOptions::new(at(0))
    };
    let found = search(&store, &query("frigolux"), &options, &mut |_, _| {}).unwrap();
    assert_eq!(
        (found.total, found.behind),
        (3, 2),
        "it says what is not in it yet"
    );
    assert!(rebuild(&store, Duration::from_millis(30)).is_err());
    drop(held);
    assert_eq!(count(&store, "frigolux"), 5);
}

/// A process that is being started has all files of the one that starts it, locks included, until it
/// runs its own program.
#[test]
fn locks_that_a_starting_process_has_hold_up_but_do_not_stop() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    fill(&mut store, 0, 3);
    tail(&store).unwrap();
    let lock = fs::OpenOptions::new()
        .write(true)
        .open(generation(&store).join(".tantivy-writer.lock"))
        .unwrap();
    lock.lock().unwrap();
    fill(&mut store, 3, 6);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            drop(lock);
        });
        assert!(!tail(&store).unwrap().elsewhere);
    });
    assert_eq!(status(&store).unwrap().indexed, Some(6));
}

#[test]
fn all_who_store_and_tail_at_once_leave_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..4_u64 {
        thread::scope(|scope| {
            for writer in 0..4_u64 {
                let dir = dir.path();
                scope.spawn(move || {
                    let mut store = Store::open(dir).unwrap();
                    for n in 0..4 {
                        let from = (round * 16 + writer * 4 + n) * 3;
                        fill(&mut store, from, from + 3);
                        tail(&store).unwrap();
                    }
                });
            }
        });
        // Nobody tails after the last of them: what it left to another was done by the other.
        let store = Store::open(dir.path()).unwrap();
        let status = status(&store).unwrap();
        assert_eq!(status.reached, status.upto, "round {round}");
        assert_eq!(status.indexed, Some((round + 1) * 48));
    }
}

#[test]
fn rebuilding_is_seen_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    fill(&mut store, 0, 50);
    tail(&store).unwrap();
    let old = Searcher::open(&folder(&store)).unwrap().unwrap();
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let store = Store::open(dir.path()).unwrap();
            for _ in 0..30 {
                let searcher = Searcher::open(&folder(&store)).unwrap().unwrap();
                assert!(searcher.len() >= 50);
                assert_eq!(searcher.entries().unwrap().len() as u64, searcher.len());
            }
        });
        for n in 0..5 {
            fill(&mut store, 50 + n, 51 + n);
            rebuild(&store, PATIENCE).unwrap();
        }
        reader.join().unwrap();
    });
    assert_eq!(
        old.entries().unwrap().len(),
        50,
        "who reads the old one goes on"
    );
    assert_eq!(count(&store, "frigolux"), 55);
    let generations = fs::read_dir(folder(&store)).unwrap().flatten();
    assert_eq!(generations.filter(|entry| entry.path().is_dir()).count(), 1);
}

/// The folder of the current generation.
fn generation(store: &Store) -> PathBuf {
    let name = fs::read_to_string(folder(store).join("current")).unwrap();
    folder(store).join(name)
}

fn segment_file(store: &Store, extension: &str) -> PathBuf {
    let entries = fs::read_dir(generation(store)).unwrap().flatten();
    entries
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|found| found == extension))
        .unwrap()
}

#[test]
fn a_damaged_index_is_made_anew() {
    let damages = [
        "meta.json is gone",
        "meta.json is no JSON",
        "words of a segment are gone",
        "columns of a segment are gone",
        "the generation is gone",
        "all of it is gone",
    ];
    for damage in damages {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        fill(&mut store, 0, 20);
        tail(&store).unwrap();
        let meta = generation(&store).join("meta.json");
        match damage {
            "meta.json is gone" => fs::remove_file(meta),
            "meta.json is no JSON" => fs::write(meta, "{"),
            "words of a segment are gone" => fs::remove_file(segment_file(&store, "term")),
            "columns of a segment are gone" => fs::remove_file(segment_file(&store, "fast")),
            "the generation is gone" => fs::remove_dir_all(generation(&store)),
            _ => fs::remove_dir_all(folder(&store)),
        }
        .unwrap();
        fill(&mut store, 20, 21);
        let tailed = tail(&store).unwrap();
        assert!(tailed.fresh.is_some(), "{damage}: {tailed:?}");
        assert_eq!(count(&store, "frigolux"), 21, "{damage}");
        assert!(verify(&store).unwrap().is_equal(), "{damage}");
    }
}

#[test]
fn a_search_mends_what_it_finds_broken() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    fill(&mut store, 0, 20);
    tail(&store).unwrap();
    fs::remove_file(segment_file(&store, "term")).unwrap();
    assert_eq!(count(&store, "frigolux"), 20);
}

#[test]
fn bytes_that_changed_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    fill(&mut store, 0, 20);
    tail(&store).unwrap();
    let path = segment_file(&store, "pos");
    let mut bytes = fs::read(&path).unwrap();
    bytes[0] ^= 0xff;
    fs::write(&path, bytes).unwrap();
    assert!(!verify(&store).unwrap().damaged.is_empty());
    rebuild(&store, PATIENCE).unwrap();
    assert!(verify(&store).unwrap().is_equal());
}

#[test]
fn an_index_of_another_store_is_not_gone_on_with() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut store = Store::open(one.path()).unwrap();
    fill(&mut store, 0, 20);
    tail(&store).unwrap();

    // The same store as it was earlier: numbers will be given again.
    let target = Target {
        upto: Sequence(3),
        ..target(&store)
    };
    let indexer = Indexer::try_open(&folder(&store), &target, Effort::Little)
        .unwrap()
        .unwrap();
    assert_eq!(indexer.fresh(), Some(&Fresh::OtherStore));
    drop(indexer);
    assert_eq!(
        count(&store, "frigolux"),
        20,
        "the one who did not finish left nothing"
    );

    // Another database beside the old index.
    let mut new = Store::open(other.path()).unwrap();
    fill(&mut new, 100, 120);
    new.settle().unwrap();
    drop((store, new));
    for name in ["ascolto.db", "ascolto.db-wal", "ascolto.db-shm"] {
        let (from, to) = (other.path().join(name), one.path().join(name));
        if from.exists() {
            fs::rename(from, to).unwrap();
        }
    }
    let store = Store::open(one.path()).unwrap();
    assert_eq!(tail(&store).unwrap().fresh, Some(Fresh::OtherStore));
    assert_eq!(count(&store, "119"), 1);
    assert_eq!(count(&store, "frigolux 7"), 0);
}

/// What the index decides alone, and what it leaves to the matcher: the speed of a search hangs
/// on it.
#[test]
fn after_very_many_few_segments_are_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let index = ascolto::pipeline::index_tail::folder(&store);
    // Seven commits, each of which makes a segment.
    let mut indexer: Option<Indexer> = None;
    for n in 0..7 {
        let ids = fill(&mut store, n * 3, n * 3 + 3);
        let indexer = indexer.get_or_insert_with(|| {
            let opened = Indexer::try_open(&index, &target(&store), Effort::Alongside);
            opened.unwrap().unwrap()
        });
        for mention in store.mentions(&ids).unwrap() {
            indexer.put(&mention).unwrap();
        }
        indexer.commit(store.max_seq().unwrap()).unwrap();
    }
    indexer.unwrap().finish().unwrap();
    let searcher = Searcher::open(&index).unwrap().unwrap();
    assert_eq!(searcher.len(), 21);
    assert!(searcher.segments() < 4, "{}", searcher.segments());
    let files = fs::read_dir(generation(&store)).unwrap();
    let names = files.map(|file| file.unwrap().path());
    let terms = names.filter(|name| name.extension().is_some_and(|end| end == "term"));
    assert_eq!(
        terms.count(),
        searcher.segments(),
        "and nothing beside them"
    );
    assert!(verify(&store).unwrap().is_equal());
    assert_eq!(status(&store).unwrap().reached, store.max_seq().unwrap());
    assert_eq!(count(&store, "frigolux"), 21);
}

#[test]
fn most_queries_are_answered_without_reading_texts() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    fill(&mut store, 0, 1);
    tail(&store).unwrap();
    let searcher = Searcher::open(&folder(&store)).unwrap().unwrap();
    let table = [
        (true, "frigolux"),
        (true, "frigo* OR perch? NOT \"perde acqua\""),
        (true, "#frigolux @frigolux \u{1f621} example.com"),
        (true, "title:perde author:lia NOT site:example.com"),
        (
            true,
            "lang:it sentiment:negative rating:<=2 newer:7d date:2026-11-01..2026-11-21",
        ),
        (
            true,
            "source:a watch:w tag:rosso status:open priority:high followers:>1000",
        ),
        (false, "{Frigolux}"),
        (false, "raw:\"C++\""),
        (false, "frigolux NEAR/3 acqua"),
        (false, "\"perde acqua\"~2"),
        (false, "frigolux EXCEPT \"frigolux 200\""),
        (false, "url:shop"),
        (false, "author:\"lia rossi\""),
        (false, "frigolux NOT {Frigolux}"),
    ];
    for (exact, text) in table {
        let narrowed = searcher
            .narrow(&query(text), Window::default(), at(0))
            .unwrap();
        assert_eq!(narrowed.exact, exact, "{text}");
    }
}

/// Not a test of its own: the child that `a_killed_process_leaves_index_and_store_equal` kills.
#[test]
fn child_that_is_killed() {
    let Ok(dir) = std::env::var(PART) else {
        return;
    };
    let mut store = Store::open(Path::new(&dir)).unwrap();
    for round in 0..100_000 {
        let from = store.count_mentions().unwrap();
        let ids = fill(&mut store, from, from + 20);
        store.set_tags(ids[0], &["seen".into()]).unwrap();
        record(
            &mut store,
            "a",
            1,
            &[item(
                &from.to_string(),
                "https://a.example/x",
                &format!("frigolux edit {from}"),
            )],
        );
        if round % 5 == 4 {
            rebuild(&store, PATIENCE).unwrap();
        } else {
            tail(&store).unwrap();
        }
    }
}

#[test]
fn a_killed_process_leaves_index_and_store_equal() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    let mut checked = 0;
    for round in 0..10_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "index::child_that_is_killed"])
            .env(PART, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It dies in the middle of its work, however long this machine takes to start it.
        let watching = Store::open(dir.path()).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while watching.count_mentions().unwrap() < checked as u64 + 20 {
            assert!(Instant::now() < deadline, "the child wrote nothing");
            thread::sleep(Duration::from_millis(1));
        }
        drop(watching);
        thread::sleep(Duration::from_millis(round * 37 % 120));
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let seen = verify(&store).unwrap();
        assert!(seen.is_equal(), "round {round}: {seen:?}");
        assert_eq!(
            count(&store, "frigolux") as u64,
            store.count_mentions().unwrap()
        );
        checked = seen.checked;
    }
    assert!(checked > 100, "the children did index: {checked}");
}

/// Something that happens to an instance.
#[derive(Debug, Clone)]
enum Step {
    Poll {
        source: &'static str,
        items: Vec<(u8, u8)>,
    },
    Delete(usize),
    Tag(usize, u8),
    Tail,
    Rebuild,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let source = prop_oneof![Just("a"), Just("b")];
    let items = vec((0..12_u8, 0..3_u8), 1..6);
    vec(
        prop_oneof![
            5 => (source, items).prop_map(|(source, items)| Step::Poll { source, items }),
            1 => (0..12_usize).prop_map(Step::Delete),
            1 => (0..12_usize, 0..3_u8).prop_map(|(n, tag)| Step::Tag(n, tag)),
            3 => Just(Step::Tail),
            1 => Just(Step::Rebuild),
        ],
        1..14,
    )
}

fn take(store: &mut Store, step: &Step) {
    let nth = |store: &Store, n: usize| {
        store
            .mentions_after(MentionId(0), 99)
            .unwrap()
            .get(n)
            .map(|found| found.id)
    };
    match step {
        Step::Poll { source, items } => {
            // The second number is the telling: another one is an edit.
            let items: Vec<_> = items
                .iter()
                .map(|(n, telling)| {
                    let word = if n % 4 == 0 && *telling == 0 {
                        "niente"
                    } else {
                        "frigolux"
                    };
                    item(
                        &n.to_string(),
                        &format!("https://a.example/{n}"),
                        &format!("{word} numero {n} detto {telling}"),
                    )
                })
                .collect();
            record(store, source, 0, &items);
        }
        Step::Delete(n) => {
            if let Some(id) = nth(store, *n) {
                store.delete_mentions(&[id]).unwrap();
            }
        }
        Step::Tag(n, tag) => {
            if let Some(id) = nth(store, *n) {
                store.set_tags(id, &[tag.to_string()]).unwrap();
            }
        }
        Step::Tail => drop(tail(store).unwrap()),
        Step::Rebuild => drop(rebuild(store, PATIENCE).unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rebuilding_makes_what_following_made(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        for step in &steps {
            take(&mut store, step);
        }
        let seen = verify(&store).unwrap();
        prop_assert!(seen.is_equal(), "{:?}", seen);
        let followed = Searcher::open(&folder(&store)).unwrap().unwrap().entries().unwrap();
        rebuild(&store, PATIENCE).unwrap();
        let rebuilt = Searcher::open(&folder(&store)).unwrap().unwrap().entries().unwrap();
        prop_assert_eq!(followed, rebuilt);
        prop_assert!(verify(&store).unwrap().is_equal());
    }
}

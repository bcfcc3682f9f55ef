//! The help texts tell the truth: every command has examples, and every example runs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::harness::{Instance, binary};

/// The help text of a command.
fn help(words: &[String]) -> String {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.push("--help");
    Instance::new().run_in(&words).code(0).stdout
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// The command lines of a help text's examples.
fn examples(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| !line.starts_with("Example"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().to_owned())
        .collect()
}

/// All examples, and the commands that have none.
fn all() -> (Vec<String>, Vec<String>) {
    let (mut found, mut without) = (Vec::new(), Vec::new());
    let mut waiting = vec![Vec::new()];
    while let Some(words) = waiting.pop() {
        let help = help(&words);
        let own = examples(&help);
        if own.is_empty() && words.len() == 1 {
            without.push(words.join(" "));
        }
        found.extend(own);
        for name in commands(&help) {
            let mut deeper = words.clone();
            deeper.push(name);
            waiting.push(deeper);
        }
    }
    (found, without)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The demo's instance, with the files that examples name beside it.
fn prepared(folder: &Instance) {
    folder.run_in(&["demo", "--keep", "instance"]).code(0);
    let run = |arguments: &[&str]| folder.run_in(arguments).code(0);
    run(&[
        "-C",
        "instance",
        "export",
        "--output",
        "instance/mentions.jsonl",
    ]);
    run(&["-C", "instance", "backup", "instance/frigolux.backup"]);
    let table = "Messaggio;Quando\nIl Frigolux perde acqua;20/11/2026\n";
    for (path, text) in [
        (
            "instance/recensioni.csv",
            "Testo,Voto\nFrigolux silenzioso,5\n",
        ),
        ("instance/tabella.csv", table),
        (
            "instance/other-brand/ascolto.toml",
            "timezone = \"Europe/Rome\"\n",
        ),
        (
            "instance/other-brand/watchlists/frigolux.toml",
            "name = \"F\"\nquery = \"frigolux\"\n",
        ),
    ] {
        folder.write(path, text);
    }
}

#[test]
fn every_example_runs() {
    let (examples, without) = all();
    assert_eq!(without, Vec::<String>::new(), "commands without an example");
    assert!(examples.len() > 50, "only {} examples", examples.len());
    let folder = Instance::new();
    prepared(&folder);
    let next = std::sync::Mutex::new(examples.iter().enumerate());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some((number, example)) = next.lock().unwrap().next() else {
                        break;
                    };
                    try_out(&folder, number, example);
                }
            });
        }
    });
}

/// Runs an example in an instance of its own.
fn try_out(folder: &Instance, number: usize, example: &str) {
    let own = folder.path().join(number.to_string());
    copy(&folder.path().join("instance"), &own);
    // The demo's numbers and addresses, and nobody who could answer.
    let line = example
        .replace("812", "12")
        .replace("813", "13")
        .replace("alerts test urgent", "alerts test frigolux/urgenti")
        .replace("frigolux/negative spike", "frigolux/picco di lamentele")
        .replace("https://forum.example", "http://127.0.0.1:9");
    if line.starts_with("ascolto backup") {
        // The one that is restored from lies under the same name.
        fs::remove_file(own.join("frigolux.backup")).unwrap();
    }
    let programs = binary().parent().unwrap().to_owned();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command
        .current_dir(&own)
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let endless = line.ends_with(" run") || line.contains("--follow");
    if endless {
        // It goes on until it is stopped: here, at once.
        let mut child = command
            .args(["-c", &format!("exec {line}")])
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(500));
        assert!(child.try_wait().unwrap().is_none(), "{example} ended");
        child.kill().unwrap();
        child.wait().unwrap();
        return;
    }
    let output = command.args(["-c", &line]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code().unwrap_or(-1);
    // Nothing found is an answer, and so is nobody answering, where somebody is asked; not being
    // understood is none.
    let asks = ["sources test", "--online", "collect", "mail test", "--open"];
    let most = if asks.iter().any(|word| line.contains(word)) {
        2
    } else {
        1
    };
    let understood =
        (0..=most).contains(&code) && !stderr.contains("Usage:") && !stderr.contains("not found");
    assert!(understood, "{example} ended with {code}\n{stderr}");
    fs::remove_dir_all(&own).unwrap();
}

//! The real binary on an instance of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// An instance in a folder that goes away with it.
pub(crate) struct Instance {
    path: PathBuf,
    _folder: TempDir,
}

/// What a run of the binary left.
pub(crate) struct Ran {
    /// The arguments, for messages.
    arguments: String,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Instance {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            path: folder.path().to_owned(),
            _folder: folder,
        }
    }

    /// What `ascolto demo` makes and keeps.
    pub(crate) fn demo() -> Self {
        let mut instance = Self::new();
        instance.run_in(&["demo", "--keep", "demo"]).code(0);
        instance.path.push("demo");
        instance
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file of the instance.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// Writes or replaces a file of the instance.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .arg("-C")
            .arg(self.path())
            .args(arguments)
            .env_remove("RUST_LOG")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran::new(arguments, output)
    }

    /// Runs a command as a user types it in the folder: `-C` is among the arguments, if anywhere.
    pub(crate) fn run_in(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(binary())
            .args(arguments)
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Ran::new(arguments, output)
    }

    /// Runs a command and feeds it `input`.
    pub(crate) fn pipe(&self, arguments: &[&str], input: &str) -> Ran {
        use std::io::Write;
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Ran::new(arguments, output)
    }

    /// Starts a command and leaves it running.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let log = std::fs::File::create(self.path().join(format!("{}.log", arguments[0]))).unwrap();
        let child = self
            .command(arguments)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Running { child }
    }
}

impl Ran {
    fn new(arguments: &[&str], output: Output) -> Self {
        Self {
            arguments: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails unless the command ended with `code`; says what it printed.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "ascolto {}\n--- stdout\n{}\n--- stderr\n{}",
            self.arguments, self.stdout, self.stderr
        );
        self
    }

    /// stdout as JSON lines.
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A command that is running; it is killed when the test lets go of it.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The most memory that it ever took, in kilobytes, as Linux tells it (`proc(5)`, `VmHWM`).
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse().unwrap()
    }

    /// Sends a signal by name and waits for the end: the exit code, `None` after `seconds`.
    pub(crate) fn signal(mut self, name: &str, seconds: u64) -> Option<i32> {
        // The shell's own `kill`: not every machine has a program of that name.
        let sent = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -{name} {}", self.child.id()))
            .status()
            .unwrap();
        assert!(sent.success());
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
        while std::time::Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// The binary that was built with these tests, or the one that `ASCOLTO_PROGRAM` names: what is
/// measured of a release build is measured so.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("ASCOLTO_PROGRAM")
        .map_or_else(|| env!("CARGO_BIN_EXE_ascolto").into(), PathBuf::from)
}

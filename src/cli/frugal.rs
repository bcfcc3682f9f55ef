//! Memory that is given back.
//!
//! The system's allocator (glibc) keeps what was freed: in a pool for each thread, and in pieces as
//! large as the largest answer that was ever read. Some sites that answer as much as they may then
//! make a daemon of 35 MB one of 200 MB, for good. It can be told otherwise only before it starts.

/// What glibc is told (mallopt(3)): four pools, as with two the few threads that read bodies wait for
/// one another, and whatever is larger than 128 KB is given back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SETTINGS: [(&str, &str); 2] = [
    ("MALLOC_ARENA_MAX", "4"),
    ("MALLOC_TRIM_THRESHOLD_", "131072"),
];

/// Starts the program anew in its own process with these settings, unless someone has made their
/// own. Where that cannot be done, it goes on as it is.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn with_little_memory() {
    use std::env;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    let is_set = |(name, _): &(&str, &str)| env::var_os(name).is_some();
    let mut arguments = env::args_os();
    let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) else {
        return;
    };
    if SETTINGS.iter().any(is_set) {
        return;
    }
    let failed = Command::new(program)
        .arg0(name)
        .args(arguments)
        .envs(SETTINGS)
        .exec();
    tracing::debug!(error = %failed, "memory is not given back");
}

/// Other systems' allocators give it back.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) const fn with_little_memory() {}

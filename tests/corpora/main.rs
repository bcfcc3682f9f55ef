//! Cases that others wrote, read by ascolto.
//!
//! They are not part of the project, so this is not part of `cargo test`: run it with
//! `ASCOLTO_CORPORA=FOLDER cargo test --test corpora`.

mod robots;

use std::path::PathBuf;

/// The folder of one corpus.
fn corpus(name: &str) -> PathBuf {
    let folder = std::env::var_os("ASCOLTO_CORPORA").expect("ASCOLTO_CORPORA names the folder");
    let folder = PathBuf::from(folder).join(name);
    assert!(folder.is_dir(), "{} is no folder", folder.display());
    folder
}

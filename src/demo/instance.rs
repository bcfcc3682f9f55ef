//! The instance that listens to the demo world.

use std::net::SocketAddr;
use std::path::PathBuf;

/// The configuration of an instance that listens to the world shown at `address`: paths within
/// the instance's folder, and what the files hold.
pub fn instance_files(address: SocketAddr) -> Vec<(PathBuf, String)> {
    [
        ("ascolto.toml", include_str!("instance/ascolto.toml")),
        (
            "watchlists/frigolux.toml",
            include_str!("instance/frigolux.toml"),
        ),
        (
            "watchlists/gelomax.toml",
            include_str!("instance/gelomax.toml"),
        ),
    ]
    .into_iter()
    .map(|(path, text)| {
        let text = text.replace("demo.invalid", &address.to_string());
        (PathBuf::from(path), text)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::demo::Place;

    #[test]
    fn the_files_are_toml_and_name_every_place_once() {
        let files = instance_files((Ipv4Addr::LOCALHOST, 4711).into());
        let mut all = String::new();
        for (path, text) in &files {
            let table: toml::Table = toml::from_str(text).unwrap();
            assert!(table.contains_key("source"), "{}", path.display());
            assert!(!text.contains("demo.invalid"));
            all += text;
        }
        for place in Place::ALL {
            let url = format!("url = \"http://127.0.0.1:4711{}\"", place.path());
            assert_eq!(all.matches(&url).count(), 1, "{url}");
        }
    }
}

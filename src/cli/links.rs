//! Addresses in the terminal: short and to be clicked on, where it can show them so (OSC 8).
//!
//! <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>

use std::env;
use std::io::{IsTerminal, stdout};
use std::sync::LazyLock;

use super::terminal::{fit, one_line};

static SHOWN: LazyLock<bool> = LazyLock::new(|| {
    let colour = anstream::AutoStream::choice(&stdout()) != anstream::ColorChoice::Never;
    stdout().is_terminal() && colour && can_show(|name| env::var_os(name)?.into_string().ok())
});

/// Whether the terminal that its variables describe shows links; an unknown one is not tried out.
fn can_show(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is = |name: &str, known: &[&str]| {
        variable(name).is_some_and(|value| known.iter().any(|one| value.starts_with(one)))
    };
    if let Some(forced) = variable("FORCE_HYPERLINK") {
        return forced != "0";
    }
    let number = |name: &str| variable(name)?.parse::<u32>().ok();
    is(
        "TERM_PROGRAM",
        &[
            "iTerm", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby", "zed",
        ],
    ) || is(
        "TERM",
        &[
            "xterm-kitty",
            "alacritty",
            "foot",
            "xterm-ghostty",
            "wezterm",
            "contour",
        ],
    ) || number("VTE_VERSION").is_some_and(|version| version >= 5000)
        || number("KONSOLE_VERSION").is_some_and(|version| version >= 201_200)
        || variable("WT_SESSION").is_some()
        || variable("DOMTERM").is_some()
}

/// An address: where links are shown, its host and path within `cells`, leading to the whole; else
/// the whole as it is.
pub(crate) fn link(address: &str, cells: usize) -> String {
    if *SHOWN {
        shown(address, cells)
    } else {
        one_line(address)
    }
}

fn shown(address: &str, cells: usize) -> String {
    let whole = one_line(address);
    let Some(rest) = whole
        .strip_prefix("https://")
        .or_else(|| whole.strip_prefix("http://"))
    else {
        return whole;
    };
    let short = rest.strip_prefix("www.").unwrap_or(rest);
    let short = fit(short.trim_end_matches('/'), cells);
    // Only printable ASCII may stand in the sequence.
    let target: String = whole
        .bytes()
        .map(|byte| match byte {
            b'!'..=b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("\u{1b}]8;;{target}\u{1b}\\{short}\u{1b}]8;;\u{1b}\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_short_and_lead_to_the_whole() {
        for (address, expected) in [
            (
                "https://www.forum.example/t/1/",
                "\u{1b}]8;;https://www.forum.example/t/1/\u{1b}\\forum.example/t/1\u{1b}]8;;\u{1b}\\",
            ),
            (
                "http://forum.example/caff\u{e8} \u{1b}]8;;x",
                "\u{1b}]8;;http://forum.example/caff%C3%A8%20]8;;x\u{1b}\\forum.example/caff\u{e8}…\u{1b}]8;;\u{1b}\\",
            ),
            ("mailto:a@b.example", "mailto:a@b.example"),
        ] {
            assert_eq!(shown(address, 21), expected);
        }
    }

    #[test]
    fn only_known_terminals_are_given_links() {
        let with = |name: &'static str, value: &'static str| {
            can_show(move |asked| (asked == name).then(|| value.to_owned()))
        };
        assert!(with("TERM", "xterm-kitty"));
        assert!(with("VTE_VERSION", "7006"));
        assert!(!with("VTE_VERSION", "4801"));
        assert!(!with("TERM", "xterm-256color"));
        assert!(!with("FORCE_HYPERLINK", "0"));
        assert!(with("FORCE_HYPERLINK", "1"));
    }
}

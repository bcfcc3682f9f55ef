//! As much of Rust's grammar as the rules of the house need to be read off a file.

/// Names, `::`, and single other characters.
pub(crate) fn tokens(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let name = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let length = match name {
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            length => length,
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    found
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether a text holds a word that is not part of a longer one.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

/// The code with every item under `#[cfg(test)]` blanked.
pub(crate) fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    let marks = ["#[cfg(test)]", "#[cfg(all(test"];
    while let Some(start) = marks.iter().filter_map(|mark| out.find(mark)).min() {
        let open = out[start..]
            .find(['{', ';'])
            .map_or(out.len(), |at| start + at);
        let mut depth = 0_i32;
        let end = out[open..].char_indices().find_map(|(at, character)| {
            depth += i32::from(character == '{') - i32::from(character == '}');
            (depth == 0).then_some(open + at + 1)
        });
        let end = end.unwrap_or(out.len());
        let blank = blanked(&out[start..end]);
        out.replace_range(start..end, &blank);
    }
    out
}

/// Only the line breaks of a text.
fn blanked(text: &str) -> String {
    text.chars().filter(|c| *c == '\n').collect()
}

/// The code without the words of comments, strings and characters; lines stay lines.
pub(crate) fn blank_comments_and_strings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let after_name = out.chars().next_back().is_some_and(is_name);
        let skipped = match character {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => quoted(rest, '"'),
            '\'' if is_character(rest) => quoted(rest, '\''),
            'r' | 'b' | 'c' if !after_name => raw_string(rest),
            _ => 0,
        };
        if skipped == 0 {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        } else {
            let is_literal = !rest.starts_with('/');
            out.push_str(if is_literal { "\"\"" } else { "" });
            out.push_str(&blanked(&rest[..skipped]));
            rest = &rest[skipped..];
        }
    }
    out
}

/// The length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if text[at..].starts_with("*/") {
            (at, depth) = (at + 2, depth - 1);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a literal between `quote`s, with escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, character)| {
        let ends = *character == quote && !escaped;
        escaped = *character == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// Whether a `'` starts a character, not a lifetime.
fn is_character(text: &str) -> bool {
    let mut following = text.chars().skip(1);
    let (first, second) = (following.next(), following.next());
    first == Some('\\') || second == Some('\'')
}

/// The length of a raw string (`r"…"`, `br#"…"#`), 0 where there is none.
fn raw_string(text: &str) -> usize {
    let Some(rest) = text.trim_start_matches(['b', 'c']).strip_prefix('r') else {
        return 0;
    };
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    if !rest[hashes..].starts_with('"') {
        return 0;
    }
    let start = text.len() - rest.len() + hashes + 1;
    let closing = format!("\"{}", "#".repeat(hashes));
    let end = text[start..].find(&closing);
    end.map_or(text.len(), |at| start + at + closing.len())
}

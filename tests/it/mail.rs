//! Mail: how a digest looks, and how it leaves.

mod sample;
mod sending;
mod server;

use ascolto::model::Lang;
use ascolto::notify::render;

#[test]
fn a_digest_looks_like_this() {
    for language in [Lang::IT, Lang::EN] {
        for (name, digest) in [
            ("busy", sample::busy(language)),
            ("quiet", sample::quiet(language)),
            ("deaf", sample::deaf(language)),
        ] {
            let mail = render::digest(&digest).unwrap();
            insta::assert_snapshot!(
                format!("{name}_{language}_text"),
                format!("{}\n\n{}", mail.subject, mail.text)
            );
            let html = format!("{name}_{language}.html");
            insta::assert_binary_snapshot!(html.as_str(), mail.html.into_bytes());
        }
    }
}

# The verbs of this repository. CI runs the same ones: `.ci/run`.

set shell := ["bash", "-euo", "pipefail", "-c"]

corpora := env("ASCOLTO_CORPORA", justfile_directory() / "../shared/corpora")

# Lists the verbs
default:
    @just --list --unsorted

# What to run before a commit: format, lints, docs, tests
check: (fmt "--check") clippy docs test

# Runs the tests, or those whose names hold a word
test *arguments:
    cargo test {{ arguments }}

# The tests that take minutes: a hundred kills around sends, a year of digests by the clocks
long-tests:
    ASCOLTO_LONG_TESTS=1 cargo test --test it -- mail_crash calendar

# Runs the property tests on other cases, twenty times as many; what fails is kept for good
explore *arguments:
    PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=5000 cargo test --lib {{ arguments }}

# Formats the code
fmt *arguments:
    cargo fmt {{ arguments }}

# Lints everything; a warning is an error
clippy:
    cargo clippy --all-targets --locked -- -D warnings
    cargo clippy --test corpora --locked -- -D warnings

# Builds the documentation, private items included
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

# Tests against the corpora beside the checkout, or in $ASCOLTO_CORPORA
corpora:
    test -d "{{ corpora }}" || { echo "no corpora in {{ corpora }}" >&2; exit 1; }
    ASCOLTO_CORPORA="{{ corpora }}" cargo test --test corpora -- --nocapture

# Checks licences, bans and sources of the dependencies; needs cargo-deny
deny:
    cargo deny --locked check licenses bans sources

# Sends digests and alerts through real SMTP servers and reads them back
mail-servers:
    .ci/mail-servers

# Reads a real WordPress as a source
sources:
    .ci/sources
    .ci/mailbox

# The whole job on a small world, offline
demo *arguments:
    cargo run --release -- demo {{ arguments }}

# Takes the README's picture of the digest anew, or `all DIR`: every mail, to look at; needs chromium
screenshots *arguments:
    .ci/screenshots {{ arguments }}

# Measures: `just bench poll`, `just bench match --rounds 3`
bench name *arguments:
    cargo bench --bench {{ name }} -- {{ arguments }}

# Measures everything beside its peers, which it installs from Debian: the figures of benches/README.md
peers *arguments:
    benches/peers {{ arguments }}

# All that CI runs
ci:
    .ci/run

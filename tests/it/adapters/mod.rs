//! One suite over all adapters: what each reads from its fixtures, and what none may ever do.
//!
//! A fixture is a folder `tests/fixtures/sources/KIND/CASE` with the body of a response, of the
//! shape that the vendor documents, and a `case.toml` ([`case::Case`]). Every test here is run on
//! every fixture, so that an adapter is tested by adding folders.

mod case;
mod compliance;
mod damage;
mod kinds;
mod web;

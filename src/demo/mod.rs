//! A small world on loopback: a forum, a blog, a shop, a newspaper, a press agency and a magazine
//! that write about two makers of refrigerators, for `ascolto demo` and for the tests.
//!
//! In goes the present moment; out come feeds and pages over real HTTP, as such sites publish
//! them, with their flaws. What they write stands in `world/*.toml`, one file a site; `instance/`
//! holds the instance that listens to them.
//!
//! Invariant: nothing here reads the clock. The world is made for a `now`, all its dates lie
//! before it, and the same `now` makes the same world, byte for byte.
//!
//! Invariant: the server listens on 127.0.0.1 alone.

mod feeds;
mod instance;
mod server;
mod shop;
mod site;
mod world;

pub use instance::instance_files;
pub use server::{Seen, Server};
pub use site::Entry;
pub use world::{Answer, Place, World};

//! Tells Cargo what the program embeds besides Rust: the migrations and the built pages.
//!
//! It builds neither; `./dev build` does.

// Standard output is how a build script speaks to Cargo.
#![allow(clippy::print_stdout)]

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=web/dist");
    let pages = Path::new("web/dist");
    if pages.join("index.html").exists() {
        return;
    }
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::error=web/dist/index.html is missing, so the program would have no pages: run ./dev build.");
    } else if let Err(error) = fs::create_dir_all(pages) {
        // Cargo would otherwise find the folder changed each time, because it is not there.
        println!("cargo::error=web/dist cannot be created ({error}): make web/ writable.");
    }
}

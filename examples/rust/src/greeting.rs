//! The answer to GET /: edit it, save, and reload the page.

pub const GREETING: &str = "Hello from Rust, version 1";

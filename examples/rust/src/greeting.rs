//! What GET / answers: edit it, save, and ask again.

pub const GREETING: &str = "Hello from Rust, version 1";

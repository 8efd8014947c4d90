//! The style and the script, and the policy that lets nothing else in.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::squeeze::squeeze;

/// The style sheet.
pub const STYLE: &str = include_str!("report.css");

/// The script: the files in this order, in one scope of their own, without comments and indentation.
pub static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let files = [
        include_str!("dom.js"),
        include_str!("data.js"),
        include_str!("filter.js"),
        include_str!("markdown.js"),
        include_str!("grid.js"),
        include_str!("facets.js"),
        include_str!("findings.js"),
        include_str!("detail.js"),
        include_str!("inventory.js"),
        include_str!("print.js"),
        include_str!("keys.js"),
        include_str!("main.js"),
    ];
    format!("(()=>{{'use strict';{}}})();", squeeze(&files.concat()))
});

/// The policy of the page: nothing but its own script and style, told by their hashes; images only from inside the file.
pub fn content_security_policy() -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&SCRIPT),
        hash(STYLE)
    )
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

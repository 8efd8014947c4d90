//! Data inside the file: gzip in base64 in an element that no browser runs.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use serde::Serialize;

/// Writes `data` as JSON into an element of its own. `part` and `first` are how the script finds it: what it is, and the
/// number of its first row.
pub(super) fn write(out: &mut dyn Write, part: &str, first: usize, data: &impl Serialize) -> io::Result<()> {
    // No name and no time in the head: equal data gives equal bytes.
    let mut zipped = GzBuilder::new().write(Vec::new(), Compression::default());
    serde_json::to_writer(&mut zipped, data).map_err(io::Error::from)?;
    let zipped = zipped.finish()?;
    writeln!(
        out,
        "<script type=\"text/plain\" data-part=\"{part}\" data-first=\"{first}\">{}</script>",
        STANDARD.encode(zipped)
    )
}

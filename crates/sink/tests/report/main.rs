//! Outputs as their readers see them: browsers, build servers, Markdown.

mod common;
mod contrast;
mod exports;
mod html;

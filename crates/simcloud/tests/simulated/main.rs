//! The simulator over real sockets: what it answers, whom it lets in, which faults it shows.

mod answers;
mod credentials;
mod faults;
mod support;
mod types;

//! The AWS client against a provider on loopback that answers as it is told.

mod calls;
mod retries;
mod server;

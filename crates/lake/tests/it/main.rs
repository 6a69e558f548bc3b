//! The lake on a real folder, and what other readers see of it.

mod commits;
mod encoding;
mod faulty;
mod rows;

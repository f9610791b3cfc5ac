//! The pages as a browser without scripts gets them.

mod forms;
mod guard;
mod headers;
mod letters;
mod problems;
mod rendering;

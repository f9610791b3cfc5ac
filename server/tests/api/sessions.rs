//! What becomes of a session when its tokens are lost, raced for or stolen, seen from the outside.

mod races;
mod receipts;
mod theft;

//! The parts that pages are made of: props in, events out.

#![expect(
    unreachable_pub,
    reason = "the component macro writes `pub` of its own"
)]

pub(crate) mod account_form;
pub(crate) mod action_button;
pub(crate) mod ask_button;
pub(crate) mod banners;
pub(crate) mod claims;
pub(crate) mod credential_form;
pub(crate) mod facts;
pub(crate) mod field;
pub(crate) mod header;
pub(crate) mod heading;
pub(crate) mod letter_form;
pub(crate) mod loaded;
pub(crate) mod modal;
pub(crate) mod no_password;
pub(crate) mod notices;
pub(crate) mod password_field;
pub(crate) mod post_button;
pub(crate) mod progress;
pub(crate) mod proof_dialog;
pub(crate) mod remember_box;
pub(crate) mod said;
pub(crate) mod session_card;
pub(crate) mod story;
pub(crate) mod token_card;
pub(crate) mod trouble;
pub(crate) mod way;

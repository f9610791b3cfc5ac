//! Attacks, each on a live server: what is not the API's intended use.

mod authorization;
mod bodies;
mod cookies;
mod cross_site;
mod foreign_bytes;
mod forged_tokens;
mod guessing;
mod held_key;
mod letters;
mod noise;
mod rate;
mod redirects;
mod secrets;
mod slow_clients;

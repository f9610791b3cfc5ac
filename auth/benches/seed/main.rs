//! Fills a database with users, and three sessions for each, so that Latchkey can be tried and measured at the size of a big service.
//!
//! `seed USERS` brings the database that `LATCHKEY_DATABASE_URL` names up to date, and fills it in bulk: a million users in about a minute.
//! They are `user1`, `user2` and so on, all with the password "the weaver sings at noon". Nothing is deleted. A database that has users
//! already is refused, unless `--beside-others` says that they are known of.

use std::{
    error::Error,
    io::{self, Write},
    time::Instant,
};

use auth::clock::{Clock, SystemClock};

mod database;
mod hash;
mod rows;

use self::{database::Database, rows::Plan};

/// Whether the database may have users already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Others {
    Refused,
    Taken,
}

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds an argument of its own.
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let (users, others) = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        [users] => (users.parse()?, Others::Refused),
        [users, "--beside-others"] => (users.parse()?, Others::Taken),
        _ => return Err("usage: seed USERS [--beside-others]".into()),
    };
    tokio::runtime::Runtime::new()?.block_on(seed(users, others))
}

async fn seed(users: i64, others: Others) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let url = std::env::var("LATCHKEY_DATABASE_URL")
        .map_err(|_| "LATCHKEY_DATABASE_URL must name the database")?;
    let database = Database::open(&url).await?;
    if others == Others::Refused && database.has_users().await? {
        return Err("there are users in this database; --beside-others adds to them".into());
    }
    let plan = Plan {
        users,
        now: SystemClock.now().unix_seconds(),
    };
    let password_hash = hash::password_hash()?;
    for numbers in rows::batches(plan.users) {
        database
            .insert(&rows::USERS, numbers, plan, &password_hash)
            .await?;
    }
    for numbers in rows::batches(plan.sessions()) {
        database
            .insert(&rows::SESSIONS, numbers, plan, rows::USER_AGENT)
            .await?;
    }
    database.settle().await?;
    writeln!(
        io::stdout(),
        "{users} users and {} sessions in {:.0} s",
        plan.sessions(),
        started.elapsed().as_secs_f64()
    )?;
    Ok(())
}

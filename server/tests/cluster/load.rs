//! Two hundred browsers on three processes or more, one of which is always just being killed.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use tokio::task::JoinSet;

use crate::{
    TURN,
    browser::{Browser, Tally},
    chance,
    database::Database,
    program::Program,
    relay::Relay,
};

const BROWSERS: usize = 200;

/// How long they are at it: a minute, or as many seconds as `LATCHKEY_CLUSTER_SECONDS` says.
fn duration() -> Duration {
    number("LATCHKEY_CLUSTER_SECONDS").map_or(Duration::from_mins(1), Duration::from_secs)
}

/// On how many processes: three, or as many as `LATCHKEY_CLUSTER_PROCESSES` says.
fn processes() -> u64 {
    number("LATCHKEY_CLUSTER_PROCESSES").unwrap_or(3)
}

/// What a variable of the environment says, if it is there.
fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

/// Each session takes one step for each refresh token that is presented, however often, to however many processes, and whichever of them
/// die meanwhile: the generation that an answer gives is always the next, and that of the row is the browser's in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_are_killed_lose_no_session_and_sign_nobody_out() {
    let _turn = TURN.lock().await;
    let database = Database::create().await;
    let mut programs: Vec<_> = (0..processes())
        .map(|_| Program::start(&database.url()))
        .collect();
    for program in &programs {
        program.wait_until_ready().await;
    }
    let site = Relay::start(programs.iter().map(Program::address).collect()).await;
    let tally = Arc::<Tally>::default();
    let browsers = sign_up(&site, &tally).await;

    let end = Instant::now() + duration();
    let living: JoinSet<Browser> = browsers
        .into_iter()
        .map(|browser| browser.live(end))
        .collect();
    let kills = kill_now_and_then(&mut programs, end).await;
    let mut browsers = living.join_all().await;
    for program in &programs {
        program.wait_until_ready().await;
    }
    for browser in &mut browsers {
        browser.refresh().await;
        browser.read_profile().await;
    }

    let rows: HashMap<String, i64> = database.generations().await.into_iter().collect();
    assert_eq!(rows.len(), BROWSERS, "sessions that stand");
    for browser in &browsers {
        assert_eq!(rows.get(browser.session()), Some(&browser.generation()));
    }
    let count = |counted: &AtomicU64| counted.load(Ordering::Relaxed);
    let steps: i64 = rows.values().sum();
    assert_eq!(u64::try_from(steps).unwrap(), count(&tally.refreshes));
    assert_eq!(database.alarms().await, 0, "thefts that were none");
    assert!(
        kills > 0 && count(&tally.lost) > 0,
        "nobody noticed the kills"
    );
    println!(
        "{BROWSERS} browsers, {} processes, {} s: {kills} kills; {} refreshes, {} of them presented twice at once; {} profiles; {} connections \
         lost and {} answers of 503, each healed by asking again; no session lost, nobody signed out, no refresh token exchanged twice",
        programs.len(),
        duration().as_secs(),
        count(&tally.refreshes),
        count(&tally.twice),
        count(&tally.profiles),
        count(&tally.lost),
        count(&tally.unavailable),
    );
    drop(programs);
    database.destroy().await;
}

/// Signs everybody up, a few at a time: each costs a hash.
async fn sign_up(site: &Relay, tally: &Arc<Tally>) -> Vec<Browser> {
    let names: Vec<String> = (0..BROWSERS)
        .map(|number| format!("browser{number}"))
        .collect();
    let mut browsers = Vec::new();
    for names in names.chunks(8) {
        let few = names
            .iter()
            .map(|name| Browser::sign_up(site.address(), name, tally));
        browsers.extend(join_all(few).await);
    }
    browsers
}

/// Kills one process after the other, each time by chance, and starts it again a little later. Answers how many times.
async fn kill_now_and_then(programs: &mut [Program], end: Instant) -> u32 {
    let mut kills = 0;
    loop {
        chance::pause(1_500..3_500).await;
        if Instant::now() >= end {
            return kills;
        }
        let victim = usize::try_from(chance::below(programs.len() as u64)).unwrap();
        programs[victim].kill();
        kills += 1;
        chance::pause(200..1_200).await;
        programs[victim].restart();
    }
}

//! How soon a process obeys what another has revoked: told by the database, by its own poll, and cut off from it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::join_all;
use tokio::time::sleep;

use crate::{
    TURN,
    browser::{Browser, Tally},
    database::Database,
    http,
    program::Program,
    relay::Relay,
};

/// How soon what one process revokes is refused by all.
const OBEYED: Duration = Duration::from_secs(1);
/// How long a process trusts its view of what was revoked.
const TRUSTED: Duration = Duration::from_secs(5);
/// How soon all is right once the database is back: about a second.
const HEALED: Duration = Duration::from_secs(2);
/// How long anything else may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often each time is measured.
const TURNS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_revokes_all_refuse_within_a_second_with_and_without_listening() {
    let _turn = TURN.lock().await;
    let database = Database::create().await;
    let programs = [0, 1, 2].map(|_| Program::start(&database.url()));
    for program in &programs {
        wait_until_it_is(program, "listening").await;
    }
    let told = slowest(&programs, "told").await;
    assert!(told < OBEYED, "told by the database: {told:?}");

    // A few connections each, since no more can be made then.
    let ready = http::request("GET", "/health/ready", &[], "");
    for program in &programs {
        join_all((0..16).map(|_| program.send(&ready))).await;
    }
    let people = sign_up(&programs[0], "polled").await;
    database.stop_listeners().await;
    for program in &programs {
        wait_until_it_is(program, "polling").await;
    }
    let polled = slowest_of(&programs, &people).await;
    assert!(polled < OBEYED, "by the poll: {polled:?}");

    database.allow_connections().await;
    for program in &programs {
        wait_until_it_is(program, "listening").await;
    }
    println!(
        "Signed out at one of 3 processes and refused by all, the slowest of {TURNS}: {} ms told by the database, {} ms by the poll alone",
        told.as_millis(),
        polled.as_millis()
    );
    drop(programs);
    database.destroy().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_taken_back_is_refused_by_all_within_a_second() {
    let _turn = TURN.lock().await;
    let database = Database::create().await;
    let programs = [0, 1, 2].map(|_| Program::start(&database.url()));
    for program in &programs {
        wait_until_it_is(program, "listening").await;
    }
    let tally = Arc::<Tally>::default();
    let mut ada = Browser::sign_up(programs[0].address(), "ada", &tally).await;
    for program in &programs {
        assert_eq!(status(program, &ada.profile_request()).await, 200);
    }
    programs[0].run(&["key", "retire", &ada.access_key(), "--yes"]);
    let begin = Instant::now();
    join_all(programs.iter().map(|program| refused(program, &ada))).await;
    let took = begin.elapsed();
    assert!(took < OBEYED, "{took:?}");
    ada.refresh().await;
    for program in &programs {
        assert_eq!(status(program, &ada.profile_request()).await, 200);
    }
    println!(
        "A key was taken back by a command, and its tokens refused by all 3 processes {} ms after the command had ended; it cost one refresh",
        took.as_millis()
    );
    drop(programs);
    database.destroy().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_cut_off_trusts_its_view_for_five_seconds_and_heals_in_about_one() {
    let _turn = TURN.lock().await;
    let database = Database::create().await;
    let line = Relay::start(vec![database.server_address()]).await;
    let here = Program::start(&database.url());
    let there = Program::start(&database.url_by(line.address()));
    here.wait_until_ready().await;
    wait_until_it_is(&there, "listening").await;
    let tally = Arc::<Tally>::default();
    let ada = Browser::sign_up(here.address(), "ada", &tally).await;
    let eve = Browser::sign_up(here.address(), "eve", &tally).await;
    for person in [&ada, &eve] {
        assert_eq!(status(&there, &person.profile_request()).await, 200);
    }

    line.cut();
    let cut = Instant::now();
    assert_eq!(status(&there, &ada.profile_request()).await, 200);
    assert_eq!(status(&here, &ada.sign_out_request()).await, 204);
    let trusted = trusted_until(&there, &ada, cut).await;
    assert!(trusted <= TRUSTED, "{trusted:?}");
    let health = http::request("GET", "/health/live", &[], "");
    assert_eq!(status(&there, &health).await, 200);
    let ready = http::request("GET", "/health/ready", &[], "");
    let refusal = there.send(&ready).await.unwrap();
    refusal.assert_unavailable();
    assert_eq!(refusal.json()["detail"], "The database does not answer");

    line.mend();
    let back = Instant::now();
    while status(&there, &eve.profile_request()).await != 200 {
        assert!(back.elapsed() < PATIENCE, "it does not heal");
        sleep(Duration::from_millis(10)).await;
    }
    let healed = back.elapsed();
    assert!(healed < HEALED, "{healed:?}");
    assert_eq!(status(&there, &ada.profile_request()).await, 401);
    wait_until_it_is(&there, "listening").await;
    println!(
        "Cut off from the database, a process went on for {:.1} s and then answered 503; with the database back all was right after {} ms, \
         and it was told of changes again after {} ms",
        trusted.as_secs_f64(),
        healed.as_millis(),
        back.elapsed().as_millis()
    );
    drop((here, there));
    database.destroy().await;
}

/// Asks for the profile of somebody who was signed out elsewhere until that is refused for being older than the process may trust. Answers how
/// long after the cut the last request was sent that was let in.
async fn trusted_until(program: &Program, person: &Browser, cut: Instant) -> Duration {
    let mut last = Duration::ZERO;
    loop {
        let asked = cut.elapsed();
        assert!(asked < PATIENCE, "it trusts a view that old");
        let answer = program.send(&person.profile_request()).await.unwrap();
        match answer.status {
            200 => last = asked,
            _ => answer.assert_unavailable(),
        }
        if asked > TRUSTED && answer.status != 200 {
            return last;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until a process says that it hears of what others revoke in this way.
async fn wait_until_it_is(program: &Program, way: &str) {
    let begin = Instant::now();
    while program.wait_until_ready().await.json()["revocations"] != way {
        assert!(begin.elapsed() < PATIENCE, "it is not {way}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn sign_up(program: &Program, name: &str) -> Vec<Browser> {
    let tally = Arc::<Tally>::default();
    let mut people = Vec::new();
    for number in 0..TURNS {
        people.push(Browser::sign_up(program.address(), &format!("{name}{number}"), &tally).await);
    }
    people
}

async fn slowest(programs: &[Program], name: &str) -> Duration {
    slowest_of(programs, &sign_up(&programs[0], name).await).await
}

/// Signs these people out at the first process, one after the other. Answers the longest that any process went on taking an access token.
async fn slowest_of(programs: &[Program], people: &[Browser]) -> Duration {
    let mut slowest = Duration::ZERO;
    for person in people {
        for program in programs {
            assert_eq!(status(program, &person.profile_request()).await, 200);
        }
        assert_eq!(status(&programs[0], &person.sign_out_request()).await, 204);
        let begin = Instant::now();
        join_all(programs.iter().map(|program| refused(program, person))).await;
        slowest = slowest.max(begin.elapsed());
    }
    slowest
}

/// Waits until a process refuses somebody's access token.
async fn refused(program: &Program, person: &Browser) {
    let begin = Instant::now();
    while status(program, &person.profile_request()).await != 401 {
        assert!(begin.elapsed() < PATIENCE, "it goes on taking the token");
        sleep(Duration::from_millis(5)).await;
    }
}

/// The status that a process answers with.
async fn status(program: &Program, request: &str) -> u16 {
    program
        .send(request)
        .await
        .expect("the process lives")
        .status
}

//! The program is killed while it exchanges a refresh token.

use std::time::Duration;

use super::Program;
use crate::support::{Proxy, SignedIn, Visited as _, claims_of, eventually};

fn generation(who: &SignedIn) -> i64 {
    claims_of(&who.access)["gen"].as_i64().unwrap()
}

#[tokio::test]
async fn killed_before_its_answer_is_out_it_takes_the_same_token_again() {
    let mut program = Program::start().await;
    let ada = program.register("ada").await;
    let wire = Proxy::to(program.address().to_string()).await;
    wire.lose_answers();
    let refresh = program
        .ask_at(wire.address, "POST", "/api/v1/auth/refresh")
        .refresh_cookie(&ada.refresh)
        .try_send();
    let lost = tokio::spawn(refresh);
    eventually("the token was exchanged", async || wire.lost() > 0).await;
    program.kill().await;
    assert!(lost.await.unwrap().is_err(), "the answer came through");
    let step = "SELECT generation FROM sessions";
    assert_eq!(program.database.number(step).await, 1);

    program.run().await;
    let newer = program.refresh(&ada).await;
    assert_eq!(generation(&newer), 1);
    assert_eq!(program.profile(&newer).await.status, 200);
    // Who holds a copy is found out as ever.
    let newest = program.refresh(&newer).await;
    for who in [&ada, &newest] {
        let refused = program.try_refresh(who).await;
        refused.assert_problem(401, "Invalid token");
    }
    let told = "SELECT COUNT(*) FROM notices";
    assert_eq!(program.database.number(told).await, 1);
}

#[tokio::test]
async fn killed_at_any_moment_of_a_refresh_it_signs_nobody_out() {
    let mut program = Program::start().await;
    let mut ada = program.register("ada").await;
    for round in 0..6 {
        let refresh = program
            .ask("POST", "/api/v1/auth/refresh")
            .refresh_cookie(&ada.refresh)
            .try_send();
        let refresh = tokio::spawn(refresh);
        // There is nothing to wait for: each round is to meet another moment.
        tokio::time::sleep(Duration::from_millis(round)).await;
        program.kill().await;
        if let Ok(answer) = refresh.await.unwrap() {
            assert_eq!(answer.status, 200, "{answer:?}");
            ada = SignedIn::from(&answer);
        }
        program.run().await;
        ada = program.refresh(&ada).await;
        assert_eq!(program.profile(&ada).await.status, 200);
    }
    let told = "SELECT COUNT(*) FROM notices";
    assert_eq!(program.database.number(told).await, 0);
}

//! The session against a few lines of plain model: random sequences of refreshes, calls, sign-outs and time passing, in two processes.

use std::time::Duration;

use auth::{Engine, Error, Grant, flow, session::Outcome};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::support::{TestDatabase, call, device, refresh, refuses_within_two_seconds, sign_up};

#[derive(Clone, Debug)]
enum Step {
    /// Presents a refresh token of those minted so far, old or new.
    Refresh {
        token: prop::sample::Index,
        process: bool,
    },
    /// Presents the newest refresh token, as an honest browser does.
    RefreshNewest { process: bool },
    /// Makes a call with an access token of those minted so far.
    Call {
        token: prop::sample::Index,
        process: bool,
    },
    /// Signs out with a refresh token of those minted so far.
    SignOut { token: prop::sample::Index },
    /// Time passes.
    Pass(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    let token = || any::<prop::sample::Index>();
    let seconds = prop::sample::select(vec![
        1,
        4,
        9,
        11,
        300,
        601,
        86_400,
        14 * 86_400,
        29 * 86_400,
    ]);
    prop_oneof![
        4 => (token(), any::<bool>()).prop_map(|(token, process)| Step::Refresh { token, process }),
        6 => any::<bool>().prop_map(|process| Step::RefreshNewest { process }),
        5 => (token(), any::<bool>()).prop_map(|(token, process)| Step::Call { token, process }),
        1 => token().prop_map(|token| Step::SignOut { token }),
        6 => seconds.prop_map(|seconds| Step::Pass(Duration::from_secs(seconds))),
    ]
}

const IDLE: u64 = 30 * 86_400;
const ABSOLUTE: u64 = 90 * 86_400;
const LEEWAY: u64 = 5;

/// What a session should be. Times are seconds since it began.
struct Model {
    now: u64,
    generation: i64,
    confirmed: i64,
    rotated_at: Option<u64>,
    expires_at: u64,
    revoked: bool,
}

#[derive(Debug, PartialEq)]
enum Expected {
    Rotated,
    MintedAgain,
    Refused,
}

impl Model {
    const fn new() -> Self {
        Self {
            now: 0,
            generation: 0,
            confirmed: 0,
            rotated_at: None,
            expires_at: IDLE,
            revoked: false,
        }
    }

    fn refresh(&mut self, token: &Minted) -> Expected {
        if self.revoked
            || self.now >= self.expires_at
            || self.now >= token.refresh_expires_at + LEEWAY
        {
            return Expected::Refused;
        }
        match self.generation - token.generation {
            0 => {
                self.confirmed = self.generation;
                self.generation += 1;
                self.rotated_at = Some(self.now);
                self.expires_at = (self.now + IDLE).min(ABSOLUTE);
                Expected::Rotated
            }
            1 if self.confirmed < self.generation
                || self.rotated_at.is_some_and(|at| self.now <= at + 10) =>
            {
                Expected::MintedAgain
            }
            _ => {
                self.revoked = true;
                Expected::Refused
            }
        }
    }

    fn call(&mut self, token: &Minted) -> bool {
        let good = !self.revoked && self.now < token.access_expires_at + LEEWAY;
        if good {
            self.confirmed = self.confirmed.max(token.generation);
        }
        good
    }
}

struct Minted {
    grant: Grant,
    generation: i64,
    access_expires_at: u64,
    refresh_expires_at: u64,
}

impl Minted {
    fn new(grant: Grant, model: &Model) -> Self {
        let generation = grant.claims.generation;
        Self {
            grant,
            generation,
            access_expires_at: (model.now + 600).min(ABSOLUTE),
            refresh_expires_at: model.expires_at,
        }
    }
}

#[test]
fn the_session_does_what_a_plain_model_of_it_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 48,
        max_shrink_iters: 64,
        ..ProptestConfig::default()
    });
    runner
        .run(&prop::collection::vec(step(), 1..40), |steps| {
            runtime.block_on(follow(steps));
            Ok(())
        })
        .unwrap();
}

async fn follow(steps: Vec<Step>) {
    let database = TestDatabase::new().await;
    let engines = [database.engine().await, database.engine().await];
    let mut model = Model::new();
    let mut minted = vec![Minted::new(sign_up(&engines[0], "ada").await, &model)];
    for step in steps {
        match step {
            Step::Refresh { token, process } => {
                let token = token.index(minted.len());
                present(
                    &engines[usize::from(process)],
                    token,
                    &mut minted,
                    &mut model,
                )
                .await;
            }
            Step::RefreshNewest { process } => {
                let token = minted.len() - 1;
                present(
                    &engines[usize::from(process)],
                    token,
                    &mut minted,
                    &mut model,
                )
                .await;
            }
            Step::Call { token, process } => {
                let token = token.get(&minted);
                let engine = &engines[usize::from(process)];
                if model.revoked {
                    refuses_within_two_seconds(engine, &token.grant.access_token).await;
                } else {
                    let expected = model.call(token);
                    assert_eq!(
                        call(engine, &token.grant.access_token).await.is_ok(),
                        expected,
                        "call of generation {}",
                        token.generation
                    );
                }
            }
            Step::SignOut { token } => {
                let token = token.get(&minted);
                flow::sign_out(
                    &engines[0],
                    None,
                    Some(&token.grant.refresh_token),
                    &device(),
                )
                .await
                .unwrap();
                model.revoked |= model.now < token.refresh_expires_at + LEEWAY;
            }
            Step::Pass(duration) => {
                database.turn(duration);
                model.now += duration.as_secs();
            }
        }
    }
}

async fn present(engine: &Engine, token: usize, minted: &mut Vec<Minted>, model: &mut Model) {
    let token = &minted[token];
    let expected = model.refresh(token);
    match refresh(engine, &token.grant.refresh_token).await {
        Ok(grant) => {
            let outcome = match grant.outcome {
                Outcome::Rotated => Expected::Rotated,
                Outcome::MintedAgain => Expected::MintedAgain,
                Outcome::SignedIn => panic!("a refresh is no sign-in"),
            };
            assert_eq!(
                (outcome, grant.claims.generation),
                (expected, model.generation)
            );
            minted.push(Minted::new(grant, model));
        }
        Err(Error::InvalidToken) => assert_eq!(
            expected,
            Expected::Refused,
            "generation {} of {}",
            token.generation,
            model.generation
        ),
        Err(other) => panic!("{other:?}"),
    }
}

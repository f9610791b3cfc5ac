//! The spans of requests, as an OpenTelemetry collector is sent them.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use tokio::net::TcpListener;

use crate::support::{Ask, Binary, MASTER_SECRET, ask_client, eventually, on_a_thread};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// What a collector was sent: the kind of each body, and the body.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<(String, Bytes)>>>);

impl Collected {
    /// Listens, and keeps what it is sent. Where it listens.
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/v1/traces", post(keep))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    fn has(&self, bytes: &[u8]) -> bool {
        self.0
            .lock()
            .unwrap()
            .iter()
            .any(|(_, body)| body.windows(bytes.len()).any(|window| window == bytes))
    }
}

async fn keep(State(collected): State<Collected>, headers: HeaderMap, body: Bytes) {
    let kind = headers["content-type"].to_str().unwrap().to_owned();
    collected.0.lock().unwrap().push((kind, body));
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap())
        .collect()
}

/// A program that sends to `endpoint`, soon.
async fn program(folder: &tempfile::TempDir, endpoint: String) -> Binary {
    let path = folder.path().to_path_buf();
    on_a_thread(move || {
        let environment = [
            ("LATCHKEY_OTLP_ENDPOINT", endpoint.as_str()),
            ("LATCHKEY_LOG", "info"),
            ("LATCHKEY_DATABASE_URL", "sqlite:latchkey.db"),
            ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
            ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ];
        Binary::start(&path, &environment)
    })
    .await
}

async fn ask(binary: &Binary, sampled: &str) -> u16 {
    let url = format!("http://{}/api/v1/user/profile?token=canary", binary.address);
    Ask::new(&ask_client(), "GET", &url)
        .header("traceparent", format!("00-{TRACE}-{CALLER}-{sampled}"))
        .send()
        .await
        .status
}

#[tokio::test]
async fn a_request_is_told_to_the_collector_in_the_trace_of_its_caller() {
    let collected = Collected::default();
    let endpoint = collected.listen().await;
    let folder = tempfile::tempdir().unwrap();
    let binary = program(&folder, endpoint).await;
    assert_eq!(ask(&binary, "01").await, 401);
    eventually("the span is sent", async || collected.has(&bytes(TRACE))).await;
    for told in [
        bytes(CALLER),
        b"latchkey".to_vec(),
        b"GET /api/v1/user/profile".to_vec(),
        b"http.response.status_code".to_vec(),
    ] {
        assert!(collected.has(&told), "{told:?}");
    }
    assert!(!collected.has(b"canary"), "the query is nobody's business");
    let kinds: Vec<String> = collected
        .0
        .lock()
        .unwrap()
        .iter()
        .map(|(kind, _)| kind.clone())
        .collect();
    assert!(
        kinds.iter().all(|kind| kind == "application/x-protobuf"),
        "{kinds:?}"
    );
    on_a_thread(move || binary.stop()).await;
}

#[tokio::test]
async fn what_is_left_is_sent_when_the_program_stops_and_what_the_caller_does_not_record_is_not() {
    let collected = Collected::default();
    let endpoint = collected.listen().await;
    let folder = tempfile::tempdir().unwrap();
    let binary = program(&folder, endpoint).await;
    assert_eq!(ask(&binary, "00").await, 401);
    let client = ask_client();
    let last = format!("http://{}/api/v1/openapi.json", binary.address);
    assert_eq!(Ask::new(&client, "GET", &last).send().await.status, 200);
    let (ended_well, log) = on_a_thread(move || binary.stop()).await;
    assert!(ended_well, "{log}");
    assert!(collected.has(b"GET /api/v1/openapi.json"));
    assert!(!collected.has(&bytes(TRACE)));
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_once_and_serving_goes_on() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let folder = tempfile::tempdir().unwrap();
    let binary = program(&folder, endpoint).await;
    let told = |log: &str| log.matches("Spans can't be exported").count();
    assert_eq!(ask(&binary, "01").await, 401);
    eventually("it is told", async || told(&binary.log()) == 1).await;
    for _ in 0..5 {
        assert_eq!(ask(&binary, "01").await, 401);
    }
    let (ended_well, log) = on_a_thread(move || binary.stop()).await;
    assert!(ended_well, "{log}");
    assert_eq!(told(&log), 1, "{log}");
}

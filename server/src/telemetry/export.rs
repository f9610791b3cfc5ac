//! Sends the spans of requests to an OpenTelemetry collector, by OTLP over HTTP with protobuf.
//!
//! Spans are gathered and sent by a thread of their own. A collector that is away costs nobody anything but its spans, and is told of once.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
};
use opentelemetry::{
    Context,
    trace::{
        SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
        TracerProvider as _,
    },
};
use opentelemetry_otlp::{ExporterBuildError, Protocol, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter},
};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt as _};
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use crate::middleware::TraceParent;

/// How long the collector may take to answer, and how long the end of the program waits for what is still to be sent.
const PATIENCE: Duration = Duration::from_secs(5);

/// What sends spans. Dropped, it sends what is left.
#[derive(Debug)]
pub(super) struct Export(SdkTracerProvider);

impl Export {
    /// Begins to send to the collector at `endpoint`, below which `/v1/traces` is asked.
    pub(super) fn start(endpoint: &Url) -> Result<Self, ExporterBuildError> {
        let endpoint = endpoint.as_str().trim_end_matches('/');
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(PATIENCE)
            .build()?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(TellsOnce {
                exporter,
                fails: AtomicBool::new(false),
            })
            .with_resource(Resource::builder().with_service_name("latchkey").build())
            .build();
        Ok(Self(provider))
    }

    /// The layer that hands spans over.
    pub(super) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("latchkey"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        // That the collector is away has been told.
        let _ = self.0.shutdown_with_timeout(PATIENCE);
    }
}

/// Tells in the log when exporting begins to fail and when it goes on, and nothing in between.
#[derive(Debug)]
struct TellsOnce {
    exporter: opentelemetry_otlp::SpanExporter,
    fails: AtomicBool,
}

impl SpanExporter for TellsOnce {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exported = self.exporter.export(batch).await;
        let failed_before = self.fails.swap(exported.is_err(), Ordering::Relaxed);
        match &exported {
            Err(error) if !failed_before => {
                tracing::warn!(%error, "Spans can't be exported just now; serving goes on without");
            }
            Ok(()) if failed_before => tracing::info!("Spans are exported again"),
            _ => {}
        }
        exported
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// Makes a request's span part of the caller's trace, or of a new one, whose id it returns. None if spans are not exported and the caller names no
/// trace.
pub(crate) fn join_trace(
    span: &Span,
    parent: Option<&TraceParent>,
    request: &Request,
) -> Option<String> {
    span.record("otel.kind", "server");
    if let Some(caller) = parent.and_then(span_of_the_caller) {
        // It fails where there is no exporter; then the id of the trace is all that is wanted.
        let _ = span.set_parent(Context::new().with_remote_span_context(caller));
    }
    let context = span.context();
    let exported = context.span();
    if !exported.span_context().is_valid() {
        return parent.map(|parent| parent.trace_id().to_owned());
    }
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>();
    // By the route, not the path: there are as many names as routes.
    exported.update_name(match route {
        Some(route) => format!("{method} {}", route.as_str()),
        None => method.to_owned(),
    });
    span.set_attribute("http.request.method", method);
    if let Some(route) = route {
        span.set_attribute("http.route", route.as_str().to_owned());
    }
    Some(exported.span_context().trace_id().to_string())
}

/// Says on a request's span how it ended.
pub(crate) fn tell_outcome(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
}

/// The span of the caller.
fn span_of_the_caller(parent: &TraceParent) -> Option<SpanContext> {
    let flags = if parent.is_sampled() {
        TraceFlags::SAMPLED
    } else {
        TraceFlags::NOT_SAMPLED
    };
    Some(SpanContext::new(
        TraceId::from_hex(parent.trace_id()).ok()?,
        SpanId::from_hex(parent.parent_id()).ok()?,
        flags,
        true,
        TraceState::default(),
    ))
}

/// The method, as the conventions of OpenTelemetry want it: anybody may invent one.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}

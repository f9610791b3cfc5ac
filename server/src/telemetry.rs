//! The log: where it goes and what its lines look like. With the feature `opentelemetry`, the spans of requests too.
//!
//! It goes to standard error, in lines for a person where that is a terminal, and as JSON, an object a line, where a program reads it. A line is
//! one line, whatever stands in it: [`escape`] sees to that. What may stand in it is up to who writes it; secrets redact themselves.

mod escape;
#[cfg(feature = "opentelemetry")]
mod export;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, IsTerminal as _},
    panic,
};

#[cfg(not(feature = "opentelemetry"))]
use axum::http::StatusCode;
#[cfg(not(feature = "opentelemetry"))]
use tracing::Span;
use tracing::{Subscriber, field};
use tracing_subscriber::{
    EnvFilter, Layer, filter::ParseError, fmt, layer::SubscriberExt as _, registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use self::escape::{EscapedFields, EscapedJson};
#[cfg(feature = "opentelemetry")]
pub(crate) use self::export::{join_trace, tell_outcome};
use crate::settings::{LogFormat, Settings};

/// The target of the span that each request has, with its ids.
pub(crate) const REQUEST: &str = "request";

/// Lets that span pass, whatever else the filter says: else a filter that asks for one module alone would take the ids off its lines.
const LET_REQUESTS_PASS: &str = "request=error";

/// What PostgreSQL remarks on at each start, as that a table is there already, is no news.
const LEAVE_REMARKS_OUT: &str = "sqlx::postgres::notice=warn";

/// What is started before the server, and ends after it.
#[derive(Debug)]
pub(crate) struct Telemetry {
    /// Sends what is left when it is dropped.
    #[cfg(feature = "opentelemetry")]
    _export: Option<export::Export>,
}

/// Why the log can't be begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TelemetryError {
    /// The setting `log` is no filter.
    #[error("The filter of the log is wrong")]
    Filter(#[from] ParseError),
    /// Spans can't be sent to where they should go.
    #[cfg(feature = "opentelemetry")]
    #[error("Spans can't be exported")]
    Export(#[from] opentelemetry_otlp::ExporterBuildError),
}

impl Telemetry {
    /// Begins the log of the server, once in a process. To be dropped outside of a runtime.
    pub(crate) fn of_the_server(settings: &Settings) -> Result<Self, TelemetryError> {
        let filter = EnvFilter::try_new(&settings.log)?
            .add_directive(LET_REQUESTS_PASS.parse()?)
            .add_directive(LEAVE_REMARKS_OUT.parse()?);
        let subscriber = tracing_subscriber::registry()
            .with(filter)
            .with(lines(settings.log_format));
        #[cfg(feature = "opentelemetry")]
        let export = settings
            .otlp_endpoint
            .as_ref()
            .map(export::Export::start)
            .transpose()?;
        #[cfg(feature = "opentelemetry")]
        let subscriber = subscriber.with(export.as_ref().map(export::Export::layer));
        subscriber.init();
        panic::set_hook(Box::new(log_panic));
        Ok(Self {
            #[cfg(feature = "opentelemetry")]
            _export: export,
        })
    }
}

/// Has warnings of a command told to the person who runs it, once in a process.
pub(crate) fn of_a_command() {
    let lines = fmt::layer()
        .without_time()
        .fmt_fields(EscapedFields)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .log_internal_errors(false);
    tracing_subscriber::registry()
        .with(EnvFilter::new("warn"))
        .with(lines)
        .init();
}

/// The layer that writes lines.
fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let terminal = io::stderr().is_terminal();
    let for_a_person = match format {
        LogFormat::Auto => terminal,
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    // A line that can't be written, as on a disk that is full, must not end the request that it tells of: to tell of that is to panic.
    if for_a_person {
        fmt::layer()
            .fmt_fields(EscapedFields)
            .with_ansi(terminal)
            .with_writer(io::stderr)
            .log_internal_errors(false)
            .boxed()
    } else {
        fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(true)
            .with_writer(|| EscapedJson(io::stderr()))
            .log_internal_errors(false)
            .boxed()
    }
}

/// Puts the words of a panic, which may quote what a client sent, on a line like any other.
fn log_panic(panic: &panic::PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let backtrace =
        (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(
        place = panic.location().map(field::display),
        words = panic.payload_as_str(),
        backtrace,
        "A thread panicked"
    );
}

/// The id of the trace that a request belongs to; none if the caller names none.
#[cfg(not(feature = "opentelemetry"))]
pub(crate) fn join_trace(
    _span: &Span,
    parent: Option<&crate::middleware::TraceParent>,
    _request: &axum::extract::Request,
) -> Option<String> {
    parent.map(|parent| parent.trace_id().to_owned())
}

/// Says on a request's span how it ended. Nobody is told where spans are not exported.
#[cfg(not(feature = "opentelemetry"))]
pub(crate) fn tell_outcome(_span: &Span, _status: StatusCode) {}

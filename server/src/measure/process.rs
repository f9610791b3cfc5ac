//! What every program that Prometheus watches tells of its process, by the names that are common there.

use auth::clock::{Clock as _, SystemClock};
use metrics::{Unit, describe_gauge, gauge};

const STARTED: &str = "process_start_time_seconds";
const MEMORY: &str = "process_resident_memory_bytes";

/// Says what the numbers mean, and when the process began.
pub(super) fn describe() {
    describe_gauge!(
        STARTED,
        Unit::Seconds,
        "When the program began, in seconds since 1970."
    );
    describe_gauge!(MEMORY, Unit::Bytes, "Memory that the program occupies.");
    let begun = std::time::Duration::from_secs(SystemClock.now().unix_seconds().unsigned_abs());
    gauge!(STARTED).set(begun);
}

/// Tells what the process occupies now. Nothing, where the system has no such file.
pub(super) fn observe() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kibibytes) = resident(&status) {
        gauge!(MEMORY).set(f64::from(kibibytes) * 1024.0);
    }
}

/// The resident memory in KiB, as Linux writes it.
fn resident(status: &str) -> Option<u32> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resident_memory_is_read_as_linux_writes_it() {
        let status = "Name:\tlatchkey\nVmHWM:\t   20008 kB\nVmRSS:\t   12345 kB\nThreads:\t9\n";
        assert_eq!(resident(status), Some(12_345));
        assert_eq!(resident("Name:\tlatchkey\n"), None);
    }
}

//! The browser's clocks.

/// Milliseconds since the page was opened. It never jumps, and no one sets it: lifetimes are counted by it.
pub(super) fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// The time of day where the person is, `14:03:07`: to show, never to count by.
pub(super) fn time_of_day() -> String {
    let date = js_sys::Date::new_0();
    format!(
        "{:02}:{:02}:{:02}",
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds()
    )
}

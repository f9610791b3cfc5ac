//! One at a time among all tabs of this browser, by Web Locks.
//!
//! web-sys has them only behind a flag for the whole build, so they are called by name.

use std::{cell::Cell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// The lock of whatever changes the refresh cookie.
const COOKIE_LOCK: &str = "latchkey refresh cookie";
/// How long to wait for another tab before going on without it.
const LONGEST_WAIT: u32 = 5_000;

/// This tab's turn to change the refresh cookie; over when it is dropped.
pub(super) struct Turn {
    release: Option<Function>,
    /// Whether another tab was at it, so that this one waited.
    pub(super) waited: bool,
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            // Resolving a promise can't fail.
            _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Waits until no other tab changes the refresh cookie. After a while, or in a browser without locks, it goes on all the same: the server
/// sorts out two tabs that ask at once.
pub(super) async fn take_turn() -> Turn {
    if let Some(release) = request("ifAvailable", &JsValue::TRUE).await {
        return Turn {
            release: Some(release),
            waited: false,
        };
    }
    let patience = AbortSignal::timeout_with_u32(LONGEST_WAIT);
    let release = request("signal", &patience).await;
    Turn {
        waited: release.is_some(),
        release,
    }
}

/// Asks for the lock with one option, and gives the function that releases it.
async fn request(option: &str, value: &JsValue) -> Option<Function> {
    let release = Rc::new(Cell::new(None));
    let kept = Rc::clone(&release);
    let mut grant = None;
    let granted = Promise::new(&mut |resolve, _| grant = Some(resolve));
    let grant = grant?;
    // The lock is held until the promise that this gives back is resolved. Where it was not to be had, it is granted as null.
    let held = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() {
            return JsValue::UNDEFINED;
        }
        let until_released = Promise::new(&mut |resolve, _| kept.set(Some(resolve)));
        _ = grant.call0(&JsValue::UNDEFINED);
        until_released.into()
    });
    let options = Object::new();
    Reflect::set(&options, &option.into(), value).ok()?;
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let over = request
        .call3(&locks, &COOKIE_LOCK.into(), &options, &held)
        .ok()?;
    // It is over at once where the lock was not to be had, and with an error where the patience ran out.
    JsFuture::from(Promise::race(&Array::of2(&granted, &over)))
        .await
        .ok()?;
    release.take()
}

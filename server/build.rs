//! Compiles the program anew when the site that it is to hold has changed.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LATCHKEY_EMBEDDED_SITE");
    if let Ok(site) = std::env::var("LATCHKEY_EMBEDDED_SITE") {
        println!("cargo::rerun-if-changed={site}");
    }
}

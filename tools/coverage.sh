#!/usr/bin/env bash
# Prints how many lines of the engine and of the server the tests run, file by file, on SQLite and PostgreSQL together.
source "$(dirname "$0")/cache.sh"

report="$target/coverage.lcov"
packages=(--package auth --package server)

llvm_tools_are_there() {
  compgen -G "$(rustc --print sysroot)/lib/rustlib/*/bin/llvm-profdata" >/dev/null
}

# Prints the folder of a cargo subcommand, compiled into the cache where PATH has none.
subcommand() {
  local crate="$1" version="$2" duration="$3" work
  if have "$crate"; then
    dirname "$(command -v "$crate")"
    return
  fi
  if [ ! -d "$cache/$crate-$version" ]; then
    say "Compiling $crate $version ($duration, once)"
    work="$(temporary_folder)"
    CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$work/target" \
      cargo install "$crate" --version "$version" --locked --debug --root "$work/installed" >"$cache/$crate.log" 2>&1 ||
      give_up "$crate did not compile; the compiler's words are in $cache/$crate.log." "Install it by your own means and try again."
    move_into_place "$work/installed" "$cache/$crate-$version"
    rm -rf "$work"
  fi
  printf '%s\n' "$cache/$crate-$version/bin"
}

if ! llvm_tools_are_there && have rustup; then
  say "Bringing llvm-tools by rustup (40 MB)"
  rustup component add llvm-tools </dev/null >"$cache/rustup.log" 2>&1 || say "rustup could not (its words are in $cache/rustup.log)"
fi

if llvm_tools_are_there; then
  folder="$(subcommand cargo-llvm-cov 0.9.1 "a minute")"
  export PATH="$folder:$PATH"
  say "Running the tests of engine and server, counting lines (some minutes)"
  cargo llvm-cov clean --workspace
  cargo llvm-cov --no-report "${packages[@]}" >&2
  tools/postgres.sh cargo llvm-cov --no-report "${packages[@]}" >&2
  cargo llvm-cov report --lcov --output-path "$report" >&2
else
  folder="$(subcommand cargo-tarpaulin 0.37.5 "four minutes")"
  export PATH="$folder:$PATH"
  say "Running the tests of engine and server, counting lines by ptrace (some minutes)"
  tools/postgres.sh cargo tarpaulin --engine ptrace --target-dir "$target/coverage" "${packages[@]}" \
    --include-files 'auth/src/*' --include-files 'server/src/*' --out Lcov --output-dir "$target" >&2
  mv "$target/lcov.info" "$report"
fi

# Of the report's lines only the counts of each file are wanted: SF: its path, DA: a line and how often it ran.
awk -v root="$checkout/" '
  /^SF:/ { file = substr($0, 4); if (index(file, root) == 1) file = substr(file, length(root) + 1) }
  /^DA:/ { split(substr($0, 4), line, ","); lines[file]++; if (line[2] > 0) run[file]++ }
  END { for (file in lines) if (file ~ /^(auth|server)\/src\//) printf "%s %d %d\n", file, lines[file], run[file] }
' "$report" | sort | awk '
  BEGIN { format = "%-48s %7s %7s %8s\n"; printf format, "File", "Lines", "Run", "Covered" }
  { printf format, $1, $2, $3, sprintf("%.1f%%", 100 * $3 / $2); lines += $2; run += $3 }
  END { if (lines) printf format, "Together", lines, run, sprintf("%.1f%%", 100 * run / lines) }
'

#!/usr/bin/env bash
# Sees to it that there are Node.js and npm, which Playwright runs on.
source "$(dirname "$0")/cache.sh"

oldest=20

if ! have node || ! have npm; then
  install_package "Node.js" nodejs npm
fi
major="$(node -p 'process.versions.node.split(".")[0]')"
[ "$major" -ge "$oldest" ] || give_up "Node.js $major is too old: Playwright needs $oldest or newer." "Install a newer one from https://nodejs.org and try again."

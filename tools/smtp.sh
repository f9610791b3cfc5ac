#!/usr/bin/env bash
# Runs a command that starts mail servers to send letters to: tools/smtp.sh COMMAND…
# LATCHKEY_TEST_SMTP_PYTHON tells it a Python that can run tools/smtp/server.py.
source "$(dirname "$0")/cache.sh"

[ "$#" -gt 0 ] || give_up "Usage: tools/smtp.sh COMMAND…"

LATCHKEY_TEST_SMTP_PYTHON="$(from_pip aiosmtpd-1.4.6 aiosmtpd==1.4.6 trustme==1.2.1)"
export LATCHKEY_TEST_SMTP_PYTHON
exec "$@"

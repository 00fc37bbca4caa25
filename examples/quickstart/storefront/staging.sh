#!/bin/sh
# Runs the staging server until it is stopped: start it in a terminal of its own.
set -eu
exec java tools/Staging.java serve "${1:-8790}"

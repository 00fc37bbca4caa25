#!/bin/sh
# The exchange's port: another one for each run, so that several may go on at once.
set -eu
sum=$(printf %s "${KINTSUGI_RUN:-by hand}" | cksum | cut -d ' ' -f 1)
echo $((20000 + sum % 10000))

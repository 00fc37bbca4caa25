#!/bin/sh
# Brings the exchange rates up to date.
set -eu
java tools/FetchRates.java data/rates.csv

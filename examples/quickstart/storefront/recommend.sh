#!/bin/sh
# Learns from the orders what is bought together.
set -eu
java -cp target/classes storefront.Recommendations \
    data/catalogue.csv data/orders.txt target/recommendations.csv

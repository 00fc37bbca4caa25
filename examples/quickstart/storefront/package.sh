#!/bin/sh
# Packs the shop and opens its window once.
set -eu
./build.sh
jar --create --file target/storefront.jar --main-class storefront.Storefront -C target/classes .
java -jar target/storefront.jar EUR

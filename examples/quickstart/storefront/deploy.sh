#!/bin/sh
# Puts the shop up for sale in the currency that production.properties names.
set -eu
case $1 in
    stage) mkdir -p target/stage && cp target/storefront.jar target/stage/ ;;
    unstage) rm -rf target/stage ;;
    live) java -jar target/stage/storefront.jar "$(sed -n 's/^currency=//p' production.properties)" ;;
esac

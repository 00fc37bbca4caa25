#!/bin/sh
# Puts the shop up for sale in the currency that production.properties names. What is staged is shown by the
# staging server (./staging.sh) under the run's name, where one is up.
set -eu
place=${STAGING:-http://127.0.0.1:8790}/${KINTSUGI_RUN:-by-hand}/storefront.jar
case $1 in
    stage) java tools/Staging.java put "$place" target/storefront.jar ;;
    unstage) java tools/Staging.java remove "$place" ;;
    live) java -jar target/storefront.jar "$(sed -n 's/^currency=//p' production.properties)" ;;
esac

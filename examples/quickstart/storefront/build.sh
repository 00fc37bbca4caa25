#!/bin/sh
# Compiles the shop.
set -eu
rm -rf target/classes
mkdir -p target/classes
javac -Xlint:all -d target/classes $(find src/main/java -name '*.java')

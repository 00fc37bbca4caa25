#!/bin/sh
# Compiles the shop and its tests, and runs them.
set -eu
./build.sh
rm -rf target/test-classes
mkdir -p target/test-classes
javac -cp target/classes -d target/test-classes $(find src/test/java -name '*.java')
java -cp target/classes:target/test-classes storefront.StorefrontTest

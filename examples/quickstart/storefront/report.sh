#!/bin/sh
# Compiles the sales report and prints it.
set -eu
mkdir -p target/report
javac -d target/report src/report/java/storefront/report/SalesReport.java
java -cp target/report storefront.report.SalesReport | tee target/sales.txt

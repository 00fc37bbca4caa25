package dev.kintsugi.healing;

/** How bad a failure is, in rising order. */
public enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}

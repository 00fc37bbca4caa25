package dev.kintsugi.benchmarks.calls;

/** What opens the breakers of all libraries: they then have the same to keep account of. */
public enum BreaksOn {
    /**
     * Half of the calls fail: what Resilience4j does unless told otherwise. Kintsugi and
     * Resilience4j also count calls that take a minute, for which each is measured; Failsafe
     * cannot.
     */
    RATES,

    /** Five failures in a row: for Resilience4j, all of a window of five. */
    FAILURES_IN_A_ROW
}

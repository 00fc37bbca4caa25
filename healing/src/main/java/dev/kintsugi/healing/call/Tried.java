package dev.kintsugi.healing.call;

/**
 * One attempt, as its end is told.
 *
 * @param permit what the breaker gave it
 * @param nanos how long it took; -1 when that was not measured
 * @param moment the breaker's {@link CircuitBreaker#moment} at its beginning
 * @param marks how many {@link Attempts#MARKS} there were at its beginning
 */
record Tried(long permit, long nanos, long moment, long marks) {}

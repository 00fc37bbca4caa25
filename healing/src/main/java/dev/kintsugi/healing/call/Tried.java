package dev.kintsugi.healing.call;

/** One attempt, as its end is told. */
final class Tried {
    final long permit;
    final long nanos;
    final long moment;
    final long marks;

    /**
     * @param permit what the breaker gave it
     * @param nanos how long it took; -1 when that was not measured
     * @param moment the breaker's {@link CircuitBreaker#moment} at its beginning
     * @param marks how many {@link Attempts#marks} there were at its beginning
     */
    Tried(long permit, long nanos, long moment, long marks) {
        this.permit = permit;
        this.nanos = nanos;
        this.moment = moment;
        this.marks = marks;
    }
}

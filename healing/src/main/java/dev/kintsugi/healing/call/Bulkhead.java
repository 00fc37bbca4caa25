package dev.kintsugi.healing.call;

/**
 * How many calls of a component may be under way at a time; others are rejected at once. An
 * immutable value.
 *
 * <p>A call that holds no thread gives its place back when its future ends, also by a timeout or by
 * being cancelled: work that does not heed that its future was cancelled is then not counted.
 *
 * @param maxConcurrent 1 to 1,000,000
 */
public record Bulkhead(int maxConcurrent) {

    public Bulkhead {
        Check.count("maxConcurrent", maxConcurrent, 1, 1_000_000);
    }

    /** So many calls at once, 1 to 1,000,000; others are rejected. */
    public static Bulkhead atMost(int maxConcurrent) {
        return new Bulkhead(maxConcurrent);
    }

    @Override
    public String toString() {
        return "bulkhead(at most %d)".formatted(maxConcurrent);
    }
}

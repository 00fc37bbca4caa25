package dev.kintsugi.client.plan;

/**
 * Permits of a named semaphore that a step holds from before its first attempt until it has ended,
 * repairs included. A lock is a semaphore of one. Names are the tenant's.
 *
 * @param name 1 to {@value #MAX_NAME} characters of letters, digits, dot, dash, slash and
 *     underscore, starting with a letter or digit
 * @param permits how many it takes: 1 to {@code limit}
 * @param limit how many there are: 1 to {@value #MAX_LIMIT}; where plans differ, the smallest limit
 *     of those who hold and of the one who asks counts
 * @param keep whether they are held until the run's work is over instead
 */
public record Lock(String name, int permits, int limit, boolean keep) {
    /** Most characters of a name. */
    public static final int MAX_NAME = 100;

    /** Most permits of one semaphore. */
    public static final int MAX_LIMIT = 10_000;
}

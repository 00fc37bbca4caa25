package dev.kintsugi.server.history;

/**
 * What a sweep deleted, or would.
 *
 * @param bytes they took, as near as that is known; indexes not counted
 */
public record Swept(long count, long bytes) {
    public static final Swept NOTHING = new Swept(0, 0);

    public Swept plus(Swept other) {
        return new Swept(count + other.count, bytes + other.bytes);
    }
}

package dev.kintsugi.client.plan;

import java.util.List;

/**
 * What a repair may touch. It narrows the server's own gate and never widens it.
 *
 * @param allow globs of paths that patches may write; empty means none
 * @param allowTests whether patches may change tests, {@code false} by default
 * @param maxFiles most files one patch may touch, 1 to 100, default 10
 * @param maxLines most lines one patch may add and remove together, 1 to 10,000, default 400
 * @param network what a step's processes may reach
 */
public record Gate(
        List<String> allow, boolean allowTests, int maxFiles, int maxLines, Network network) {
    public Gate {
        allow = List.copyOf(allow);
    }

    /** What a step's processes may reach. */
    public enum Network {
        FULL,
        LOOPBACK,
        NONE
    }
}

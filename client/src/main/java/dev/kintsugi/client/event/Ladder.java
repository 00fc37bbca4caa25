package dev.kintsugi.client.event;

/** Which phases of repair a run may use (DESIGN ruling 12). */
public enum Ladder {
    /** Auto-fix: retry alone. */
    V3,
    /** Retry, patch, re-plan, rollback. */
    V4
}

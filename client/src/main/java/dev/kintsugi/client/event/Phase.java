package dev.kintsugi.client.event;

/** The four phases of repair, in order. */
public enum Phase {
    RETRY,
    PATCH,
    REPLAN,
    ROLLBACK
}

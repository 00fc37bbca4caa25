package dev.kintsugi.server.tenant;

/** What a key lets its holder do. */
public enum Scope {
    /** Look at runs and metrics. */
    READ,
    /** Submit, cancel, approve and resume runs. */
    WRITE,
    /** Lease and complete tasks, fetch and push workspaces. */
    WORK,
    /** Make tenants and keys, and stop the server. */
    ADMIN
}

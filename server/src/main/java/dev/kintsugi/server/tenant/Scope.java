package dev.kintsugi.server.tenant;

/** What a key lets its holder do. */
public enum Scope {
    /** Look at runs and metrics. */
    READ,
    /** Submit, cancel and resume runs. */
    WRITE,
    /** Approve or deny rollbacks. */
    APPROVE,
    /** Lease and complete tasks, fetch and push workspaces. */
    WORK,
    /** Make tenants and keys, and stop the server. */
    ADMIN
}

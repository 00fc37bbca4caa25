package dev.kintsugi.server.tenant;

import java.util.Locale;

/** What a key lets its holder do. */
public enum Scope {
    /** Look at runs, settings and metrics. */
    READ,
    /** Submit, cancel, reset and resume runs. */
    RUN,
    /** Approve or deny rollbacks. */
    APPROVE,
    /** Lease and complete tasks, fetch and push workspaces. */
    WORK,
    /** Make, rotate and end the own tenant's keys, and change its settings. */
    ADMIN,
    /** Make tenants, look after every tenant's keys, and stop the server: its own user's alone. */
    OPERATE;

    /** As it is written in requests and answers. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}

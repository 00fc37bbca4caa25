package dev.kintsugi.client.plan;

import java.time.Duration;

/** Service level classes: how long a run may take before the level counts as missed. */
public enum Sla {
    FAST(Duration.ofSeconds(300)),
    NORMAL(Duration.ofSeconds(900)),
    THOROUGH(Duration.ofSeconds(1800));

    private final Duration limit;

    Sla(Duration limit) {
        this.limit = limit;
    }

    public Duration limit() {
        return limit;
    }
}

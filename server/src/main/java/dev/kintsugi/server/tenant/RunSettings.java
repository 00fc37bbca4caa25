package dev.kintsugi.server.tenant;

import java.math.BigDecimal;
import java.util.Map;

/** Knows what a run's plan sets for the run itself. */
public interface RunSettings {
    /**
     * What the plan sets.
     *
     * @throws dev.kintsugi.server.platform.NotFoundException when the tenant has no such run
     */
    Map<Setting, BigDecimal> of(String tenant, String run);
}

package dev.kintsugi.healing.degrade;

import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.HoldDown;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How degraded a system is, as a pure machine: 0, 1, 2, and 3 or more unhealthy critical components
 * are FULL, LIMITED, ESSENTIAL and MAINTENANCE; worse at once, better after {@link HoldDown#CHECKS}
 * checks.
 *
 * @param held the level in force
 * @param because the unhealthy critical components of the last check
 */
record DegradationState(HoldDown<DegradationLevel> held, SortedSet<String> because) {

    static final DegradationState FULL =
            new DegradationState(HoldDown.at(DegradationLevel.FULL), new TreeSet<>());

    DegradationState {
        Objects.requireNonNull(held, "held");
        because = Collections.unmodifiableSortedSet(new TreeSet<>(because));
    }

    DegradationLevel level() {
        return held.level();
    }

    DegradationState checked(SortedSet<String> unhealthyCritical) {
        return new DegradationState(held.checked(of(unhealthyCritical.size())), unhealthyCritical);
    }

    private static DegradationLevel of(int unhealthyCritical) {
        return switch (unhealthyCritical) {
            case 0 -> DegradationLevel.FULL;
            case 1 -> DegradationLevel.LIMITED;
            case 2 -> DegradationLevel.ESSENTIAL;
            default -> DegradationLevel.MAINTENANCE;
        };
    }
}

package dev.kintsugi.spring;

import dev.kintsugi.healing.engine.RecoveryEngine;
import dev.kintsugi.healing.engine.RecoveryStatistics;
import dev.kintsugi.healing.engine.RecoveryTally;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The recoveries that the {@link RecoveryEngine} made, which counts its own.
 *
 * @param byAction actions that were taken
 * @param byComponent components that had any
 */
record EngineReport(
        Tally overall,
        SortedMap<String, Tally> byAction,
        SortedMap<String, Tally> byComponent,
        SortedMap<String, BreakerReport> breakers) {

    /** Recoveries counted by how they ended; the rate is in [0, 1]. */
    record Tally(
            long failed,
            long contained,
            long recovered,
            long verified,
            double successRate,
            long averageMillis) {

        static Tally of(RecoveryTally tally) {
            return new Tally(
                    tally.failed(),
                    tally.contained(),
                    tally.recovered(),
                    tally.verified(),
                    tally.successRate(),
                    tally.averageTime().toMillis());
        }
    }

    static EngineReport of(RecoveryEngine engine) {
        RecoveryStatistics statistics = engine.statistics();
        var byAction = new TreeMap<String, Tally>();
        statistics
                .byAction()
                .forEach((action, tally) -> {
                    if (tally.total() > 0) {
                        byAction.put(action.key(), Tally.of(tally));
                    }
                });
        var byComponent = new TreeMap<String, Tally>();
        statistics
                .byComponent()
                .forEach((component, tally) -> byComponent.put(component, Tally.of(tally)));
        var breakers = new TreeMap<String, BreakerReport>();
        engine.circuitBreakers()
                .forEach(
                        (component, breaker) -> breakers.put(component, BreakerReport.of(breaker)));
        return new EngineReport(Tally.of(statistics.overall()), byAction, byComponent, breakers);
    }
}

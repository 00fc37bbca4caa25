package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.run.RunView.Phases;

/**
 * What a run has used.
 *
 * @param phases repairs by kind
 * @param attempts repair attempts
 * @param rechecks passed steps repeated
 * @param costNanoUsd money
 * @param reservedNanoUsd money set aside for what is in flight
 */
record Spent(Phases phases, int attempts, int rechecks, long costNanoUsd, long reservedNanoUsd) {
    static final Spent NOTHING = new Spent(Phases.NONE, 0, 0, 0, 0);

    /** One more repair of that kind, or one fewer when {@code by} is -1. */
    Spent counted(Phase phase, int by) {
        var counted =
                new Phases(
                        phases.retry() + (phase == Phase.RETRY ? by : 0),
                        phases.patch() + (phase == Phase.PATCH ? by : 0),
                        phases.replan() + (phase == Phase.REPLAN ? by : 0),
                        phases.rollback() + (phase == Phase.ROLLBACK ? by : 0));
        return new Spent(counted, attempts, rechecks, costNanoUsd, reservedNanoUsd);
    }

    Spent attempted(int by) {
        return new Spent(phases, attempts + by, rechecks, costNanoUsd, reservedNanoUsd);
    }

    Spent rechecked() {
        return new Spent(phases, attempts, rechecks + 1, costNanoUsd, reservedNanoUsd);
    }

    Spent setAside(long nanoUsd) {
        return new Spent(phases, attempts, rechecks, costNanoUsd, reservedNanoUsd + nanoUsd);
    }

    /**
     * What was set aside is set aside no longer, and that much is gone. Costs beyond what can be
     * counted (9e9 USD) stay at the most that can.
     */
    Spent paid(long setAside, long nanoUsd) {
        var cost = nanoUsd > Long.MAX_VALUE - costNanoUsd ? Long.MAX_VALUE : costNanoUsd + nanoUsd;
        return new Spent(phases, attempts, rechecks, cost, reservedNanoUsd - setAside);
    }
}

package dev.kintsugi.server.waiting;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What is to be known of runs, and how they are told. Called inside a transaction. */
public interface WaitingRuns {

    /** Where those of the tenant's runs stand that there are, by id. */
    SortedMap<String, Standing> find(String tenant, Set<String> runs);

    /** Ids of the tenant's runs that were submitted under these keys, by key. */
    SortedMap<String, String> byKey(String tenant, Set<String> keys);

    /** Puts the event in the run's inbox and has a turn taken after the commit. */
    void tell(String tenant, String run, RunEvent event);

    /** Where a run stands. */
    record Standing(RunStatus status, @Nullable WaitingFor waitingFor) {
        /** Whether it goes on only when a step of it gets what it waits for. */
        boolean standsStill() {
            return waitingFor == WaitingFor.LOCK || waitingFor == WaitingFor.RUN;
        }
    }
}

package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.server.waiting.WaitingRuns;
import java.util.Set;
import java.util.SortedMap;

/** What waits need of runs, from where they are stored. */
public final class StoredRuns implements WaitingRuns {
    private final RunStore store;
    private final RunInbox inbox;

    public StoredRuns(RunStore store, RunInbox inbox) {
        this.store = store;
        this.inbox = inbox;
    }

    @Override
    public SortedMap<String, Standing> find(String tenant, Set<String> runs) {
        return store.standing(tenant, runs);
    }

    @Override
    public SortedMap<String, String> byKey(String tenant, Set<String> keys) {
        return store.submitted(tenant, keys);
    }

    @Override
    public void tell(String tenant, String run, RunEvent event) {
        inbox.post(tenant, run, event);
    }
}

package dev.kintsugi.server.queue;

import dev.kintsugi.client.task.LeasedTask.Lease;
import java.util.List;
import java.util.Map;

/**
 * How statements name leases: by their keys in one list, so that the primary key finds each. After
 * a quiet moment the planner takes the queue for empty and every way as cheap; a join with a list
 * would then compare each row with each of its members, and an index of one status would be read
 * whole for each key. Hence no join, and {@code status || ''}, which no such index serves.
 */
final class NamedLeases {
    /** Condition for the parameters that {@link #named} gives. */
    static final String THESE =
            "lease_key = any(:keys) and lease_key || '#' || token = any(:leases)";

    private NamedLeases() {}

    static Map<String, Object> named(List<Lease> leases) {
        return Map.of(
                "keys", leases.stream().map(Lease::key).toArray(String[]::new),
                "leases",
                        leases.stream()
                                .map(lease -> lease.key() + '#' + lease.token())
                                .toArray(String[]::new));
    }
}

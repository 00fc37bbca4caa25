package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.RecoveryEntry;
import dev.kintsugi.client.healing.RecoveryStats;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.Caller;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What was done about failed calls, by the paths that YAGO names. */
@RestController
@RequestMapping("/api/v1/healing/recovery")
final class RecoveryController {
    private final Transactions transactions;
    private final Components components;
    private final RecoveryRows recoveries;

    RecoveryController(Transactions transactions, Components components, JdbcClient jdbc) {
        this.transactions = transactions;
        this.components = components;
        this.recoveries = new RecoveryRows(jdbc);
    }

    /** How recoveries of all components ended. */
    @GetMapping(path = "/stats", params = "!component")
    RecoveryStats stats(Caller caller) {
        return components.recoveries(caller.tenant());
    }

    /** How recoveries of one component ended. */
    @GetMapping(path = "/stats", params = "component")
    RecoveryStats stats(Caller caller, @RequestParam String component) {
        return components.recoveries(caller.tenant(), component);
    }

    /**
     * The last recoveries, newest first.
     *
     * @param count 1 to 1,000
     */
    @GetMapping("/recent")
    RecoveryEntry.RecentRecoveries recent(
            Caller caller, @RequestParam(defaultValue = "10") int count) {
        if (count < 1 || count > RecoveryRows.HISTORY) {
            throw new BadInputException(
                    "count: must be in [1, %d], was %d".formatted(RecoveryRows.HISTORY, count));
        }
        return new RecoveryEntry.RecentRecoveries(
                transactions.asTenant(
                        caller.tenant(), () -> recoveries.recent(caller.tenant(), count)));
    }
}

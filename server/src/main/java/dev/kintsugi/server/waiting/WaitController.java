package dev.kintsugi.server.waiting;

import dev.kintsugi.client.api.WaitsView;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.Caller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The tenant's wait-for graph over HTTP. */
@RestController
final class WaitController {
    private final Transactions transactions;
    private final Waits waits;

    WaitController(Transactions transactions, Waits waits) {
        this.transactions = transactions;
        this.waits = waits;
    }

    /** Steps that wait, with what they wait for, and locks that are held. */
    @GetMapping("/api/v1/waits")
    WaitsView waits(Caller caller) {
        return transactions.asTenant(caller.tenant(), () -> waits.view(caller.tenant()));
    }
}

package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.DeadLetterView;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.Caller;
import dev.kintsugi.server.tenant.Scope;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Calls that were given up for the request's own fault. */
@RestController
@RequestMapping("/api/v1/healing/dead-letters")
final class DeadLetterController {
    private final Transactions transactions;
    private final DeadLetterRows letters;
    private final ServerHealth server;

    DeadLetterController(Transactions transactions, JdbcClient jdbc, ServerHealth server) {
        this.transactions = transactions;
        this.letters = new DeadLetterRows(jdbc);
        this.server = server;
    }

    /**
     * The last ones, newest first; the server's own as well to its own user.
     *
     * @param count 1 to 1,000 of each
     */
    @GetMapping
    DeadLetterView.DeadLetterList deadLetters(
            Caller caller, @RequestParam(defaultValue = "100") int count) {
        if (count < 1 || count > DeadLetterRows.HISTORY) {
            throw new BadInputException(
                    "count: must be in [1, %d], was %d".formatted(DeadLetterRows.HISTORY, count));
        }
        String tenant = caller.tenant();
        return new DeadLetterView.DeadLetterList(
                transactions.asTenant(tenant, () -> letters.recent(tenant, count)),
                caller.may(Scope.OPERATE)
                        ? server.deadLetters().stream().limit(count).toList()
                        : List.of());
    }
}

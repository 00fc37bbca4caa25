package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.AuditEntry;
import dev.kintsugi.server.platform.BadInputException;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The tenant's audit trail over HTTP. */
@RestController
final class AuditController {
    private static final int MAX_LIMIT = 1_000;

    private final AuditTrail trail;

    AuditController(AuditTrail trail) {
        this.trail = trail;
    }

    /** Newest first; the last entry's id as {@code before} gives the next page. */
    @GetMapping("/api/v1/audit")
    List<AuditEntry> newest(
            Caller caller,
            @RequestParam(defaultValue = "9223372036854775807") long before,
            @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new BadInputException(
                    "limit must be in [1, %d], was %d".formatted(MAX_LIMIT, limit));
        }
        return trail.newest(caller.tenant(), before, limit);
    }
}

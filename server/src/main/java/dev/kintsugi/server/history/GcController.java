package dev.kintsugi.server.history;

import dev.kintsugi.client.api.SweptView;
import dev.kintsugi.server.tenant.AuditNote;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Sweeps on request, over all tenants: for the scope {@code operate} alone. */
@RestController
final class GcController {
    private final Gc gc;

    GcController(Gc gc) {
        this.gc = gc;
    }

    /** What can be swept, in the order in which one may free what the next deletes. */
    @GetMapping("/api/v1/gc")
    List<String> kinds() {
        return gc.names();
    }

    /** Deletes what is over of one kind, or only counts it. */
    @PostMapping("/api/v1/gc/{kind}")
    SweptView sweep(
            @PathVariable String kind,
            @RequestParam(name = "dry_run", defaultValue = "false") boolean dryRun) {
        var swept = gc.sweep(kind, dryRun);
        AuditNote.set(
                "%s %d %s".formatted(dryRun ? "would delete" : "deleted", swept.count(), kind));
        return new SweptView(kind, swept.count(), swept.bytes());
    }
}

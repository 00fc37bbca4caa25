package dev.kintsugi.server.history;

import dev.kintsugi.client.api.SweptView;
import dev.kintsugi.server.tenant.AuditNote;
import java.time.Duration;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Sweeps on request, over all tenants: for the scope {@code operate} alone. */
@RestController
final class GcController {
    /** Well below that of clients. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Gc gc;

    GcController(Gc gc) {
        this.gc = gc;
    }

    /** What can be swept, in the order in which one may free what the next deletes. */
    @GetMapping("/api/v1/gc")
    List<String> kinds() {
        return gc.names();
    }

    /** Deletes what is over of one kind, or only counts it; asked again while that is not done. */
    @PostMapping("/api/v1/gc/{kind}")
    SweptView sweep(
            @PathVariable String kind,
            @RequestParam(name = "dry_run", defaultValue = "false") boolean dryRun)
            throws InterruptedException {
        var swept = gc.sweep(kind, dryRun, PATIENCE);
        AuditNote.set(
                swept.map(done ->
                                "%s %d %s"
                                        .formatted(
                                                dryRun ? "would delete" : "deleted",
                                                done.count(),
                                                kind))
                        .orElse("sweeping " + kind));
        var known = swept.orElse(Swept.NOTHING);
        return new SweptView(kind, known.count(), known.bytes(), swept.isPresent());
    }
}

package dev.kintsugi.server.run;

import dev.kintsugi.client.api.Artifact;
import dev.kintsugi.client.event.RunEvent.StepFailed;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.task.Artifacts;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.tenant.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What steps left to be kept; the contents are had by their hashes. */
@RestController
final class ArtifactController {
    private static final int PAGE = 1_000;

    private final Runs runs;
    private final Blobs blobs;

    ArtifactController(Runs runs, Blobs blobs) {
        this.runs = runs;
        this.blobs = blobs;
    }

    private record Left(int attempt, String artifacts) {}

    /**
     * Of each step those of the latest attempt that left some. Goes through the run's whole log.
     */
    @GetMapping("/api/v1/runs/{run}/artifacts")
    List<Artifact> list(
            Caller caller,
            @PathVariable String run,
            @RequestParam(required = false) @Nullable String step) {
        if (step != null) {
            runs.step(caller.tenant(), run, step); // says so when there is none
        }
        var latest = new TreeMap<String, Left>();
        long after = 0;
        for (var page = runs.timeline(caller.tenant(), run, after, PAGE);
                !page.isEmpty();
                page = runs.timeline(caller.tenant(), run, after, PAGE)) {
            for (var entry : page) {
                if (entry.event() instanceof StepSucceeded done && done.artifacts() != null) {
                    latest.put(done.step(), new Left(done.attempt(), done.artifacts()));
                } else if (entry.event() instanceof StepFailed failed
                        && failed.artifacts() != null) {
                    latest.put(failed.step(), new Left(failed.attempt(), failed.artifacts()));
                }
            }
            after = page.getLast().seq();
        }
        var found = new ArrayList<Artifact>();
        latest.forEach((id, left) -> {
            if (step == null || step.equals(id)) {
                read(caller.tenant(), left.artifacts())
                        .forEach(file ->
                                found.add(
                                        new Artifact(
                                                id,
                                                left.attempt(),
                                                file.name(),
                                                file.hash(),
                                                file.size())));
            }
        });
        return found;
    }

    /** None when they are no longer kept. */
    private List<Artifacts.File> read(String tenant, String hash) {
        return blobs.get(tenant, hash)
                .map(bytes -> Artifacts.read(bytes).files())
                .orElse(List.of());
    }
}

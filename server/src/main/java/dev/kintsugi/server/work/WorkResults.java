package dev.kintsugi.server.work;

import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.client.task.TaskResult.PatchNotFound;
import dev.kintsugi.client.task.TaskResult.PatchProposed;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.platform.BadInputException;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a worker outside may report: nothing that would not fit into a run's log. */
final class WorkResults {
    /** So that no sum of a run's costs overflows. */
    private static final long MAX_COST_NANO_USD = 1_000_000L * 1_000_000_000L;

    private static final int MAX_REMARKS = 100;
    private static final int MAX_TEXT = 4_096;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}([0-9a-f]{24})?");

    private WorkResults() {}

    /**
     * @param kept whether a content of this hash is there
     * @throws BadInputException saying what does not fit
     */
    static void check(TaskResult result, Predicate<String> kept) {
        usage(result.usage());
        switch (result) {
            case Done done -> {
                content("output", done.output(), kept);
                if (done.commit() != null && !COMMIT.matcher(done.commit()).matches()) {
                    throw new BadInputException("commit must be a full commit id");
                }
                if (done.remarks().size() > MAX_REMARKS) {
                    throw new BadInputException("remarks must be at most " + MAX_REMARKS);
                }
                done.remarks().forEach(remark -> text("remarks", remark));
            }
            case Failed failed -> {
                content("evidence", failed.evidence(), kept);
                text("failure.message", failed.failure().message());
            }
            case PatchProposed _, PatchNotFound _ ->
                    throw new BadInputException(
                            "result must be done or failed: servers alone find patches");
        }
    }

    /** The same with every text passed through. */
    static TaskResult masked(TaskResult result, UnaryOperator<String> mask) {
        return switch (result) {
            case Done done ->
                    new Done(
                            done.commit(),
                            done.output(),
                            done.remarks().stream().map(mask).toList(),
                            done.usage());
            case Failed failed ->
                    new Failed(masked(failed.failure(), mask), failed.evidence(), failed.usage());
            case PatchProposed _, PatchNotFound _ -> result;
        };
    }

    private static Failure masked(Failure failure, UnaryOperator<String> mask) {
        var captures = new TreeMap<String, String>();
        failure.captures().forEach((name, text) -> captures.put(name, mask.apply(text)));
        return new Failure(
                failure.category(),
                failure.failureClass(),
                failure.severity(),
                failure.rule(),
                failure.fingerprint(),
                mask.apply(failure.message()),
                failure.maybeTransient(),
                failure.retryAfter(),
                captures);
    }

    private static void usage(Usage usage) {
        if (usage.durationMillis() < 0 || usage.checkoutMillis() < 0 || usage.costNanoUsd() < 0) {
            throw new BadInputException("usage must not be negative, was " + usage);
        }
        if (usage.costNanoUsd() > MAX_COST_NANO_USD) {
            throw new BadInputException("usage: a task costs at most 1,000,000 USD");
        }
    }

    private static void content(String field, @Nullable String hash, Predicate<String> kept) {
        if (hash != null && !kept.test(hash)) {
            throw new BadInputException(
                    "%s: there is no content %s; put it to /api/v1/work/blobs first"
                            .formatted(field, hash));
        }
    }

    private static void text(String field, String text) {
        if (text.length() > MAX_TEXT) {
            throw new BadInputException(
                    "%s must have at most %d characters, had %d"
                            .formatted(field, MAX_TEXT, text.length()));
        }
    }
}

package dev.kintsugi.server.work;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.task.Artifacts;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Done;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.client.task.TaskResult.PatchNotFound;
import dev.kintsugi.client.task.TaskResult.PatchProposed;
import dev.kintsugi.client.task.TaskResult.Reconciled;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.WorkerProtocol;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.workspace.AgentCalls;
import java.time.Duration;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a worker outside reports: nothing that would not fit into a run's log, and none of the
 * tenant's secrets, in texts or in the contents that it refers to.
 */
final class WorkResults {
    /** So that no sum of a run's costs overflows. */
    private static final long MAX_COST_NANO_USD = 1_000_000L * 1_000_000_000L;

    private static final int MAX_REMARKS = 100;
    private static final int MAX_TEXT = 4_096;
    private static final int MAX_EVIDENCE_BYTES = 1024 * 1024;
    private static final int MAX_RULE = 100;
    private static final int MAX_CAPTURES = 16;
    private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{16}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}([0-9a-f]{24})?");

    private final Blobs blobs;
    private final AgentCalls agents;

    WorkResults(Blobs blobs, AgentCalls agents) {
        this.blobs = blobs;
        this.agents = agents;
    }

    /**
     * @return the result with secrets masked; a failure when its output is not one
     * @throws BadInputException saying what does not fit
     */
    TaskResult read(String tenant, TaskResult result) {
        usage(result.usage());
        return switch (result) {
            case Done done -> read(tenant, done);
            case Failed failed -> {
                check(failed.failure());
                yield new Failed(
                        masked(tenant, failed.failure()),
                        evidence(tenant, failed.evidence()),
                        failed.usage(),
                        artifacts(tenant, failed.artifacts()));
            }
            case Reconciled reconciled -> read(tenant, reconciled);
            case PatchProposed _, PatchNotFound _ ->
                    throw new BadInputException(
                            "result must be done, failed or reconciled: servers alone find patches");
        };
    }

    private TaskResult read(String tenant, Reconciled reconciled) {
        var receipt = reconciled.receipt();
        var reason = reconciled.reason();
        if (reason != null) {
            text("reason", reason, MAX_TEXT);
        }
        return new Reconciled(
                reconciled.verdict(),
                receipt == null ? null : receipt(tenant, receipt),
                reason == null ? null : agents.masked(tenant, reason),
                reconciled.usage());
    }

    /** A receipt as it is kept: one line without secrets. */
    String receipt(String tenant, @Nullable String receipt) {
        var line = receipt == null ? "" : receipt.replaceAll("\\p{Cntrl}+", " ").strip();
        if (line.isEmpty()) {
            throw new BadInputException(
                    "receipt must have 1 to %d characters".formatted(WorkerProtocol.MAX_RECEIPT));
        }
        text("receipt", line, WorkerProtocol.MAX_RECEIPT);
        var masked = agents.masked(tenant, line); // may be longer
        return masked.substring(0, Math.min(WorkerProtocol.MAX_RECEIPT, masked.length()));
    }

    private TaskResult read(String tenant, Done done) {
        if (done.commit() != null && !COMMIT.matcher(done.commit()).matches()) {
            throw new BadInputException("commit must be a full commit id");
        }
        if (done.remarks().size() > MAX_REMARKS) {
            throw new BadInputException("remarks must be at most " + MAX_REMARKS);
        }
        done.remarks().forEach(remark -> text("remarks", remark, MAX_TEXT));
        try {
            return new Done(
                    done.commit(),
                    output(tenant, done.output()),
                    done.remarks().stream().map(text -> agents.masked(tenant, text)).toList(),
                    done.usage(),
                    artifacts(tenant, done.artifacts()));
        } catch (AgentCalls.RefusedException e) {
            return new Failed(e.failure(), null, done.usage());
        }
    }

    private @Nullable String output(String tenant, @Nullable String hash)
            throws AgentCalls.RefusedException {
        return hash == null
                ? null
                : blobs.put(tenant, agents.output(tenant, content(tenant, "output", hash)));
    }

    private @Nullable String evidence(String tenant, @Nullable String hash) {
        if (hash == null) {
            return null;
        }
        var bytes = content(tenant, "evidence", hash);
        if (bytes.length > MAX_EVIDENCE_BYTES) {
            throw new BadInputException("evidence must have at most 1 MiB: give the end of it");
        }
        return blobs.put(tenant, agents.masked(tenant, new String(bytes, UTF_8)).getBytes(UTF_8));
    }

    /** The files were put before; they are looked into for secrets, as the worker should have. */
    private @Nullable String artifacts(String tenant, @Nullable String hash) {
        if (hash == null) {
            return null;
        }
        Artifacts artifacts;
        try {
            artifacts = Artifacts.read(content(tenant, "artifacts", hash));
        } catch (IllegalArgumentException e) {
            throw new BadInputException("artifacts: " + e.getMessage());
        }
        for (var file : artifacts.files()) {
            var bytes = content(tenant, "artifacts." + file.name(), file.hash());
            if (bytes.length != file.size()) {
                throw new BadInputException(
                        "artifacts: %s has %d bytes, not %d"
                                .formatted(file.name(), bytes.length, file.size()));
            }
            if (agents.reveals(tenant, new String(bytes, UTF_8))) {
                throw new BadInputException(
                        "artifacts: %s holds a secret's value".formatted(file.name()));
            }
        }
        return hash;
    }

    private byte[] content(String tenant, String field, String hash) {
        return blobs.get(tenant, hash)
                .orElseThrow(() ->
                        new BadInputException(
                                "%s: there is no content %s; put it to /api/v1/work/blobs first"
                                        .formatted(field, hash)));
    }

    private static void check(Failure failure) {
        text("failure.message", failure.message(), MAX_TEXT);
        text("failure.rule", failure.rule(), MAX_RULE);
        if (!FINGERPRINT.matcher(failure.fingerprint()).matches()) {
            throw new BadInputException("failure.fingerprint must be 16 hexadecimal digits");
        }
        if (failure.captures().size() > MAX_CAPTURES) {
            throw new BadInputException("failure.captures must be at most " + MAX_CAPTURES);
        }
        failure.captures()
                .forEach((name, text) -> {
                    text("failure.captures", name, MAX_RULE);
                    text("failure.captures", text, MAX_TEXT);
                });
        var after = failure.retryAfter();
        if (after != null && (after.isNegative() || after.compareTo(MAX_RETRY_AFTER) > 0)) {
            throw new BadInputException("failure.retry_after must be from 0 to 24 hours");
        }
    }

    private Failure masked(String tenant, Failure failure) {
        var captures = new TreeMap<String, String>();
        failure.captures().forEach((name, text) -> captures.put(name, agents.masked(tenant, text)));
        return new Failure(
                failure.category(),
                failure.failureClass(),
                failure.severity(),
                failure.rule(),
                failure.fingerprint(),
                agents.masked(tenant, failure.message()),
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

    private static void text(String field, String text, int most) {
        if (text.length() > most) {
            throw new BadInputException(
                    "%s must have at most %d characters, had %d"
                            .formatted(field, most, text.length()));
        }
    }
}

package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Patch.Source;
import dev.kintsugi.client.task.Patch.StepPatch;
import dev.kintsugi.client.task.Patch.TreePatch;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Failures and patches for tests. */
final class Samples {
    private Samples() {}

    /** A failure that stays until something is changed; equal text, equal fingerprint. */
    static Failure lasting(String text) {
        return failure(FailureClass.TEST, "rule", text, false, null);
    }

    /** A failure that may pass by itself. */
    static Failure passing(String text) {
        return failure(FailureClass.INFRA, "rule", text, true, null);
    }

    static Failure passing(String text, Duration retryAfter) {
        return failure(FailureClass.INFRA, "rule", text, true, retryAfter);
    }

    /** A failure after which nobody knows whether the step took effect. */
    static Failure late(String text) {
        return new Failure(
                FailureCategory.TIMEOUT,
                FailureClass.INFRA,
                Severity.MEDIUM,
                "timeout",
                "%016x".formatted(text.hashCode()),
                text,
                true,
                null,
                new TreeMap<>());
    }

    static Failure insecure(String text) {
        return failure(FailureClass.SECURITY, "rule", text, true, null);
    }

    static Failure conflict(String file) {
        return failure(FailureClass.RUNTIME, Retries.INPUT_CONFLICT, file, false, null);
    }

    /** Why a step does not get what it waits for. */
    static Failure waited() {
        return failure(FailureClass.INFRA, "deadlock", "deadlock: a, b, a", false, null);
    }

    static Failure failure(
            FailureClass failureClass,
            String rule,
            String text,
            boolean maybeTransient,
            @Nullable Duration retryAfter) {
        return new Failure(
                FailureCategory.UNKNOWN,
                failureClass,
                Severity.MEDIUM,
                rule,
                "%016x".formatted(text.hashCode()),
                text,
                maybeTransient,
                retryAfter,
                new TreeMap<>());
    }

    /** A patch of files; its commit is {@code commit-of-<id>}. */
    static TreePatch tree(String id) {
        return tree(id, Source.CATALOGUE);
    }

    static TreePatch tree(String id, Source source) {
        return new TreePatch(
                id, source, "patch " + id, "commit-of-" + id, "diff-" + id, List.of("src/A"), 2);
    }

    /** A patch that gives the step more memory and time. */
    static Patch larger(String id) {
        var env = new TreeMap<String, String>();
        env.put("JAVA_TOOL_OPTIONS", "-Xmx" + id);
        return new StepPatch(id, Source.CATALOGUE, "larger heap " + id, env, 600_000L);
    }
}

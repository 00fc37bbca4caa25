package dev.kintsugi.client.worker;

import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Failed;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.util.TreeMap;

/** A task that failed because of the worker, not of its work. */
final class WorkerError {
    /** Longest message of a failure that servers take. */
    private static final int MAX_MESSAGE = 2_000;

    private static final String RULE = "worker-error";

    private WorkerError() {}

    static TaskResult of(String said, Usage usage) {
        var message = said.substring(0, Math.min(MAX_MESSAGE, said.length()));
        return new Failed(
                new Failure(
                        FailureCategory.UNKNOWN,
                        FailureClass.INFRA,
                        Severity.HIGH,
                        RULE,
                        "0000000000000003",
                        message,
                        false,
                        null,
                        new TreeMap<>()),
                null,
                usage);
    }

    static boolean is(TaskResult result) {
        return result instanceof Failed failed && failed.failure().rule().equals(RULE);
    }
}

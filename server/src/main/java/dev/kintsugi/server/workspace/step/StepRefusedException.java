package dev.kintsugi.server.workspace.step;

import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.util.TreeMap;

/** A step that cannot be started or whose output cannot be taken; trying again does not help. */
final class StepRefusedException extends Exception {
    private static final int MAX_MESSAGE = 500;

    private final transient Failure failure;

    private StepRefusedException(
            FailureCategory category, FailureClass failureClass, String rule, String message) {
        super(message);
        this.failure =
                new Failure(
                        category,
                        failureClass,
                        Severity.HIGH,
                        rule,
                        Sha256.brief(rule + '\n' + message),
                        message.substring(0, Math.min(MAX_MESSAGE, message.length())),
                        false,
                        null,
                        new TreeMap<>());
    }

    /** Something around the step is not as it must be. */
    static StepRefusedException configuration(String rule, String message) {
        return new StepRefusedException(
                FailureCategory.CONFIGURATION, FailureClass.INFRA, rule, message);
    }

    /** What the step wrote to {@code KINTSUGI_OUTPUT} is not what it may be. */
    static StepRefusedException output(String message) {
        return new StepRefusedException(
                FailureCategory.VALIDATION, FailureClass.RUNTIME, "step.bad-output", message);
    }

    Failure failure() {
        return failure;
    }
}

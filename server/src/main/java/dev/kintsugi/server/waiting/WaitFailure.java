package dev.kintsugi.server.waiting;

import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.util.List;
import java.util.TreeMap;

/** Why a step does not get what it waits for. No repair of the step mends any of these. */
public final class WaitFailure {
    private static final String DEADLOCK = "deadlock";
    private static final String NEEDED_RUN = "needed-run";
    private static final String PATIENCE = "patience";

    /** The rules that such failures name. */
    public static final List<String> RULES = List.of(DEADLOCK, NEEDED_RUN, PATIENCE);

    private static final int FINGERPRINT = 16;

    private WaitFailure() {}

    /** It was chosen to let the others of a cycle go on. */
    static Failure deadlock(String cycle) {
        return failure(DEADLOCK, FailureCategory.RESOURCE, "deadlock: " + cycle);
    }

    /** A run that it needs has not succeeded and never will. */
    static Failure neededRun(String why) {
        return failure(NEEDED_RUN, FailureCategory.VALIDATION, why);
    }

    /** It waited as long as its plan allows. */
    static Failure patience(String why) {
        return failure(PATIENCE, FailureCategory.TIMEOUT, why);
    }

    private static Failure failure(String rule, FailureCategory category, String message) {
        return new Failure(
                category,
                FailureClass.INFRA,
                Severity.HIGH,
                rule,
                Sha256.hex(rule).substring(0, FINGERPRINT),
                message,
                false,
                null,
                new TreeMap<>());
    }
}

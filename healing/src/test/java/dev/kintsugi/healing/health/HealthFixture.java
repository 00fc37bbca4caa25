package dev.kintsugi.healing.health;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.util.TreeMap;

/** Failures as health sees them. */
final class HealthFixture {
    private HealthFixture() {}

    static ErrorContext timeout() {
        return error(FailureCategory.TIMEOUT, Severity.MEDIUM);
    }

    static ErrorContext requestError() {
        return error(FailureCategory.VALIDATION, Severity.MEDIUM);
    }

    static ErrorContext criticalError() {
        return error(FailureCategory.DATABASE, Severity.CRITICAL);
    }

    private static ErrorContext error(FailureCategory category, Severity severity) {
        var failure =
                new Failure(
                        category,
                        FailureClass.RUNTIME,
                        severity,
                        "planted",
                        "0123456789abcdef",
                        "planted " + category,
                        true,
                        null,
                        new TreeMap<>());
        return new ErrorContext("err-1", failure, "openai", "generate", null, null);
    }
}

package dev.kintsugi.healing;

/** How bad a failure is, in rising order. */
public enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    /** How bad a category is when its rule does not say. */
    public static Severity of(FailureCategory category) {
        return category.severity;
    }
}

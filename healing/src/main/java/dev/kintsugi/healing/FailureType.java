package dev.kintsugi.healing;

import java.util.Locale;

/** The five failure types of an agent's execution (SynthralOS). */
public enum FailureType {
    TIMEOUT,
    ERROR,
    INVALID_OUTPUT,
    TOOL_FAILURE,
    LLM_ERROR;

    /** The type of an execution that failed for a reason of this category. */
    public static FailureType of(FailureCategory category) {
        return category.type;
    }

    /** The name as it is written on the wire, such as {@code invalid_output}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}

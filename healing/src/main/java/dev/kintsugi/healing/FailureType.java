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
        return switch (category) {
            case TIMEOUT -> TIMEOUT;
            case VALIDATION -> INVALID_OUTPUT;
            // What a provider's reply says about the call, as opposed to the tools an agent uses.
            case API, RATE_LIMIT, AUTHENTICATION -> LLM_ERROR;
            case NETWORK, AUTHORIZATION, RESOURCE, DATABASE, CONFIGURATION -> TOOL_FAILURE;
            case UNKNOWN -> ERROR;
        };
    }

    /** The name as it is written on the wire, such as {@code invalid_output}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}

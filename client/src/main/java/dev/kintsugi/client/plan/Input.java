package dev.kintsugi.client.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A value that a plan is given when it is run.
 *
 * @param required whether a run must have a value; without one it would be empty
 * @param value as JSON text: the default, and in the plan of a run what that run was given; null
 *     for none
 * @param allowed the values it may have, as JSON texts; empty for any
 * @param description for people, one line of at most 500 characters; null for none
 */
public record Input(
        Type type,
        boolean required,
        @Nullable String value,
        List<String> allowed,
        @Nullable String description) {
    public Input {
        allowed = List.copyOf(allowed);
    }

    /** What values an input may have. */
    public enum Type {
        STRING,
        /** A whole number from −(2<sup>53</sup> − 1) to 2<sup>53</sup> − 1. */
        INTEGER,
        /** A 64-bit floating point number. */
        NUMBER,
        BOOLEAN
    }

    /** The same with another value. */
    Input with(String given) {
        return new Input(type, required, given, allowed, description);
    }

    /** A value as it stands in texts and variables: a string without its quotes. */
    public static String text(JsonNode value) {
        return value.isNull() ? "" : value.isString() ? value.stringValue() : value.toString();
    }
}

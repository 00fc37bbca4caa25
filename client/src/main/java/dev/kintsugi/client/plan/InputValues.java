package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.Input.Type;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * Values of inputs as JSON texts, written in one way only, so that equal values are equal texts.
 */
final class InputValues {
    /** Most characters of one value. */
    static final int MAX_LENGTH = 4_096;

    private static final long MAX_INTEGER = (1L << 53) - 1;
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(?:\\d{1,40}\\.?\\d{0,40}|\\.\\d{1,40})(?:[eE][-+]?\\d{1,3})?");

    private InputValues() {}

    /** The value as it is written in JSON or YAML; empty when it is of another type. */
    static Optional<String> of(Type type, JsonNode value) {
        var fits =
                switch (type) {
                    case STRING -> value.isString();
                    case INTEGER, NUMBER -> value.isNumber();
                    case BOOLEAN -> value.isBoolean();
                };
        return fits ? parsed(type, Input.text(value)) : Optional.empty();
    }

    /** The value that a text stands for, such as one of a command line. */
    static Optional<String> parsed(Type type, String text) {
        return switch (type) {
            case STRING ->
                    text.length() <= MAX_LENGTH && text.indexOf('\0') < 0
                            ? Optional.of(StringNode.valueOf(text).toString())
                            : Optional.empty();
            case INTEGER -> integer(text);
            case NUMBER -> number(text);
            case BOOLEAN ->
                    text.equals("true") || text.equals("false")
                            ? Optional.of(text)
                            : Optional.empty();
        };
    }

    private static Optional<String> integer(String text) {
        if (!text.matches("[-+]?\\d{1,16}")) {
            return Optional.empty();
        }
        var value = new BigInteger(text).longValueExact();
        return Math.abs(value) <= MAX_INTEGER
                ? Optional.of(Long.toString(value))
                : Optional.empty();
    }

    private static Optional<String> number(String text) {
        if (!NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        var value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            return Optional.empty();
        }
        var whole = Math.rint(value) == value && Math.abs(value) <= MAX_INTEGER;
        return Optional.of(whole ? Long.toString((long) value) : Double.toString(value));
    }

    /** What a value of the type is, for messages. */
    static String wanted(Type type) {
        return switch (type) {
            case STRING -> "text of at most %,d characters".formatted(MAX_LENGTH);
            case INTEGER -> "a whole number from -%1$d to %1$d".formatted(MAX_INTEGER);
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
        };
    }

    static String name(Type type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}

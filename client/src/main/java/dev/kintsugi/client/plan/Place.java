package dev.kintsugi.client.plan;

import dev.kintsugi.client.secret.SecretPatterns;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in a plan's text and the field it belongs to. What is read from it is checked here; where
 * a value is wrong, a problem is told and the fallback returned, so that reading goes on and tells
 * the next one.
 */
record Place(Node node, String path, Problems problems) {
    /** Most characters of one text, such as a command. */
    static final int MAX_TEXT = 32_768;

    /** Most characters of a value shown in a message. */
    private static final int MAX_SHOWN = 60;

    private static final Pattern STEERING =
            Pattern.compile("[\\p{Cc}\\u2028-\\u202e\\u2066-\\u2069]");

    void error(String message) {
        problems.error(node.getStartMark(), path, message);
    }

    void warning(String message) {
        problems.warning(node.getStartMark(), path, message);
    }

    /** A string of 1 to {@code max} characters that is not blank. */
    String text(int max) {
        if (!is(Tag.STR)) {
            error("must be text, was " + kind() + (isNumberOrBool() ? ": put it in quotes" : ""));
            return "";
        }
        String text = string();
        if (text.isBlank()) {
            error("must not be blank");
        } else if (text.length() > max) {
            error("must have at most %,d characters, had %,d".formatted(max, text.length()));
        }
        return text;
    }

    /** A scalar that is a string, number or truth value, as it is written; perhaps empty. */
    String looseText() {
        if (is(Tag.STR)) {
            String text = string();
            if (text.length() > MAX_TEXT) {
                error("must have at most %,d characters".formatted(MAX_TEXT));
            }
            return text;
        }
        if (isNumberOrBool()) {
            return ((ScalarNode) node).getValue();
        }
        error("must be text, was " + kind());
        return "";
    }

    /** The scalar's characters, checked for what no text of a plan may hold. */
    String string() {
        String text = ((ScalarNode) node).getValue();
        if (text.indexOf('\0') >= 0) {
            error("must not hold the NUL character");
        }
        if (hasLoneSurrogate(text)) {
            error("must not hold half a character (a lone surrogate)");
        }
        SecretPatterns.find(text)
                .ifPresent(kind ->
                        error(
                                "looks like a secret (%s): write ${secrets.NAME} and keep the value outside the plan"
                                        .formatted(kind)));
        return text;
    }

    <E extends Enum<E>> E oneOf(E fallback) {
        var choices =
                Arrays.stream(fallback.getDeclaringClass().getEnumConstants())
                        .map(Place::written)
                        .toList();
        String text = is(Tag.STR) ? ((ScalarNode) node).getValue() : "";
        int index = choices.indexOf(text);
        if (index < 0) {
            String hint = problems.nearest().hint(text, choices);
            error("must be one of %s%s".formatted(String.join(", ", choices), hint));
            return fallback;
        }
        return fallback.getDeclaringClass().getEnumConstants()[index];
    }

    int integer(int min, int max) {
        if (is(Tag.INT)) {
            String digits = ((ScalarNode) node).getValue();
            if (digits.length() <= 12) {
                var value = new BigInteger(digits);
                if (value.compareTo(BigInteger.valueOf(min)) >= 0
                        && value.compareTo(BigInteger.valueOf(max)) <= 0) {
                    return value.intValue();
                }
            }
        }
        error("must be a whole number from %,d to %,d".formatted(min, max));
        return min;
    }

    boolean truth() {
        if (is(Tag.BOOL)) {
            return ((ScalarNode) node).getValue().equals("true");
        }
        error("must be true or false");
        return false;
    }

    Duration duration(Duration min, Duration max) {
        var read = is(Tag.STR) ? Amounts.duration(((ScalarNode) node).getValue()) : null;
        if (read == null || read.isEmpty()) {
            error("must be a duration such as 500ms, 30s, 5m, 2h or 1h30m" + wasScalar());
            return min;
        }
        if (read.get().compareTo(min) < 0 || read.get().compareTo(max) > 0) {
            error(
                    "must be from %s to %s%s"
                            .formatted(Amounts.text(min), Amounts.text(max), wasScalar()));
        }
        return read.get();
    }

    long money(long maxNanoUsd) {
        var read = is(Tag.STR) ? Amounts.nanoUsd(((ScalarNode) node).getValue()) : null;
        if (read == null || read.isEmpty() || read.get() > maxNanoUsd) {
            error(
                    "must be an amount such as 10 USD or 0.05 USD, at most %s%s"
                            .formatted(Amounts.usd(maxNanoUsd), wasScalar()));
            return 0;
        }
        return read.get();
    }

    List<Place> list(int min, int max) {
        if (!(node instanceof SequenceNode sequence)) {
            error("must be a list, was " + kind());
            return List.of();
        }
        var items = sequence.getValue();
        if (items.size() < min || items.size() > max) {
            error("must have from %,d to %,d entries, had %,d".formatted(min, max, items.size()));
            return List.of();
        }
        return IntStream.range(0, items.size())
                .mapToObj(i -> new Place(items.get(i), path + "[" + i + "]", problems))
                .toList();
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    boolean is(Tag tag) {
        return node instanceof ScalarNode && node.getTag().equals(tag);
    }

    boolean isNumberOrBool() {
        return is(Tag.INT) || is(Tag.FLOAT) || is(Tag.BOOL);
    }

    /** What kind of value this is, for messages. */
    String kind() {
        return switch (node.getNodeType()) {
            case MAPPING -> "a mapping";
            case SEQUENCE -> "a list";
            case SCALAR, ANCHOR ->
                    is(Tag.NULL)
                            ? "empty"
                            : is(Tag.STR)
                                    ? "text"
                                    : is(Tag.BOOL)
                                            ? "true or false"
                                            : isNumberOrBool()
                                                    ? "a number"
                                                    : "of the unsupported type "
                                                            + shown(node.getTag().getValue());
        };
    }

    /** The constant as a plan writes it. */
    static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Some characters of what was written, fit for one line. */
    static String shown(String text) {
        String line = STEERING.matcher(text).replaceAll(" ");
        return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
    }

    /** Whether it holds control characters or marks that turn the direction of writing around. */
    static boolean steers(String text) {
        return STEERING.matcher(text).find();
    }

    private String wasScalar() {
        return node instanceof ScalarNode scalar
                ? ", was \"" + shown(scalar.getValue()) + "\""
                : ", was " + kind();
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints()
                .anyMatch(c -> Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE);
    }
}

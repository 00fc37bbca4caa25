package dev.kintsugi.server.workspace.step;

import dev.kintsugi.client.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a step tells later steps: a JSON object of at most 1 MiB.
 *
 * @param json the object; null when the step wrote nothing
 * @param costNanoUsd what it says that it cost, as a number {@code cost_usd}; 0 when it does not
 */
record StepOutput(@Nullable ObjectNode json, long costNanoUsd) {
    /** Longest output, in bytes. */
    static final int MAX_BYTES = 1 << 20;

    static final StepOutput NONE = new StepOutput(null, 0);
    private static final String COST = "cost_usd";
    private static final int NANO_DIGITS = 9;

    /** Reads a file that a step wrote; it may be anything. */
    static StepOutput read(Path file) throws IOException, StepRefusedException {
        BasicFileAttributes attributes;
        try {
            attributes =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException _) {
            return NONE;
        }
        // A link could lead to what the step itself cannot read, a pipe would never end.
        if (!attributes.isRegularFile()) {
            throw refused("it is not a regular file");
        }
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            var bytes = in.readNBytes(MAX_BYTES + 1);
            return bytes.length == 0 ? NONE : parse(bytes);
        }
    }

    /** Reads an output that is there as bytes. */
    static StepOutput parse(byte[] bytes) throws StepRefusedException {
        if (bytes.length > MAX_BYTES) {
            throw refused("it is longer than 1 MiB: hand large results over as files");
        }
        JsonNode node;
        try {
            node = Json.mapper().readTree(bytes);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw refused(
                    "it is not JSON (line %d, column %d)"
                            .formatted(at.getLineNr(), at.getColumnNr()));
        }
        if (!(node instanceof ObjectNode object)) {
            throw refused(
                    "it must be a JSON object like {\"version\": \"1.2\"}, but is %s"
                            .formatted(node.getNodeType()));
        }
        return new StepOutput(object, cost(object.get(COST)));
    }

    private static long cost(@Nullable JsonNode cost) throws StepRefusedException {
        if (cost == null) {
            return 0;
        }
        try {
            if (cost.isNumber()) {
                var nanos =
                        new BigDecimal(cost.toString())
                                .scaleByPowerOfTen(NANO_DIGITS)
                                .setScale(0, RoundingMode.UP)
                                .longValueExact();
                if (nanos >= 0) {
                    return nanos;
                }
            }
        } catch (ArithmeticException | NumberFormatException _) {
            // Said below: it is no amount of money.
        }
        throw refused("cost_usd must be a number from 0 to 9e9");
    }

    /** The output with every text and key passed through; null when there is none. */
    byte @Nullable [] redacted(UnaryOperator<String> mask) {
        return json == null ? null : Json.mapper().writeValueAsBytes(redact(json, mask));
    }

    private static JsonNode redact(JsonNode node, UnaryOperator<String> mask) {
        var nodes = Json.mapper().getNodeFactory();
        return switch (node) {
            case ObjectNode object -> {
                var copy = nodes.objectNode();
                object.properties()
                        .forEach(field ->
                                copy.set(
                                        mask.apply(field.getKey()),
                                        redact(field.getValue(), mask)));
                yield copy;
            }
            case ArrayNode array -> {
                var copy = nodes.arrayNode(array.size());
                array.forEach(item -> copy.add(redact(item, mask)));
                yield copy;
            }
            case JsonNode leaf when leaf.isString() ->
                    nodes.stringNode(mask.apply(leaf.stringValue()));
            case JsonNode leaf -> {
                var text = leaf.toString(); // a secret may be a number
                var safe = mask.apply(text);
                yield safe.equals(text) ? leaf : nodes.stringNode(safe);
            }
        };
    }

    private static StepRefusedException refused(String problem) {
        return StepRefusedException.output("the step's output was not taken: " + problem);
    }
}

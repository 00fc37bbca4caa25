package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Input;
import dev.kintsugi.client.plan.Reference;
import dev.kintsugi.client.secret.Redactor;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code ${inputs.NAME}}, {@code ${secrets.NAME}} and {@code ${steps.ID.output.KEY}} stand for
 * in one attempt. {@code KEY} may lead into objects ({@code a.b}) and arrays ({@code a.0}); what is
 * not text is its JSON. Any other {@code ${...}} is left as it is. For one thread.
 */
final class References {
    /** Longest value that goes into an environment variable, in bytes; Linux allows 128 KiB. */
    static final int MAX_BYTES = 120 * 1024;

    private static final String VARIABLE = "KINTSUGI_REF_";

    private final Secrets secrets;
    private final SortedMap<String, String> inputs;
    private final SortedMap<String, String> outputs;
    private final Function<String, byte[]> blobs;
    private final Map<String, JsonNode> parsed = new TreeMap<>();
    private final Map<String, String> used = new TreeMap<>();

    /**
     * @param inputs what the run was given, as JSON texts by name
     * @param outputs content hashes by step
     * @param blobs content by hash
     */
    References(
            Secrets secrets,
            SortedMap<String, String> inputs,
            SortedMap<String, String> outputs,
            Function<String, byte[]> blobs) {
        this.secrets = secrets;
        this.inputs = inputs;
        this.outputs = outputs;
        this.blobs = blobs;
    }

    /**
     * A command for the shell. References have become variables: the shell expands them and never
     * parses their values, so that no output of another step can run a command.
     *
     * @param variables to be set in its environment
     */
    record Shell(String line, SortedMap<String, String> variables) {}

    /**
     * Turns references into {@code ${KINTSUGI_REF_1}} and so on. As any variable of the shell they
     * are to be quoted with {@code "} where they may hold spaces, and mean nothing between {@code
     * '}.
     */
    Shell shell(String command) throws StepRefusedException {
        var variables = new TreeMap<String, String>();
        var names = new HashMap<Reference, String>();
        var line = new StringBuilder();
        int copied = 0;
        for (var found : Reference.in(command)) {
            var written = command.substring(found.start(), found.end());
            var reference = valid(found, written);
            var name = names.computeIfAbsent(reference, _ -> VARIABLE + (names.size() + 1));
            variables.put(name, forEnvironment(written, value(reference)));
            line.append(command, copied, found.start()).append("${").append(name).append('}');
            copied = found.end();
        }
        return new Shell(line.append(command.substring(copied)).toString(), variables);
    }

    /** The text with values in place of references. Values are not looked into again. */
    String text(String text) throws StepRefusedException {
        var filled = new StringBuilder();
        int copied = 0;
        for (var found : Reference.in(text)) {
            var reference = valid(found, text.substring(found.start(), found.end()));
            filled.append(text, copied, found.start()).append(value(reference));
            copied = found.end();
        }
        return filled.append(text.substring(copied)).toString();
    }

    private static Reference valid(Reference.Found found, String written)
            throws StepRefusedException {
        if (found.reference().isEmpty()) {
            throw refused(
                    written, "write ${inputs.NAME}, ${secrets.NAME} or ${steps.ID.output.KEY}");
        }
        return found.reference().getFirst();
    }

    /** The same for the value of an environment variable. */
    String variable(String name, String text) throws StepRefusedException {
        return forEnvironment("env " + name, text(text));
    }

    /** What masks the secrets handed out so far and every other one of the tenant. */
    Redactor redactor() {
        var hidden = new TreeSet<>(secrets.known());
        hidden.addAll(used.values());
        return Redactor.of(hidden);
    }

    /** The value as JSON when the text is exactly one reference to no secret; null otherwise. */
    @Nullable JsonNode json(String text) throws StepRefusedException {
        var found = Reference.in(text);
        if (found.size() != 1
                || found.getFirst().end() - found.getFirst().start() != text.length()) {
            return null;
        }
        return switch (valid(found.getFirst(), text)) {
            case Reference.Input(var name) -> input(name);
            case Reference.Output output -> find(output);
            case Reference.Secret _ -> null;
        };
    }

    private JsonNode input(String name) {
        var value = inputs.get(name);
        return value == null
                ? Json.mapper().getNodeFactory().nullNode()
                : Json.mapper().readTree(value);
    }

    /** The same for every text within; a text that is exactly one reference becomes its JSON. */
    JsonNode filled(JsonNode node) throws StepRefusedException {
        var nodes = Json.mapper().getNodeFactory();
        switch (node) {
            case ObjectNode object -> {
                var copy = nodes.objectNode();
                for (var field : object.properties()) {
                    copy.set(field.getKey(), filled(field.getValue()));
                }
                return copy;
            }
            case ArrayNode array -> {
                var copy = nodes.arrayNode(array.size());
                for (var item : array) {
                    copy.add(filled(item));
                }
                return copy;
            }
            case JsonNode leaf when leaf.isString() -> {
                var whole = json(leaf.stringValue());
                return whole == null ? nodes.stringNode(text(leaf.stringValue())) : whole;
            }
            case JsonNode leaf -> {
                return leaf;
            }
        }
    }

    private String value(Reference reference) throws StepRefusedException {
        return switch (reference) {
            case Reference.Input(var name) -> Input.text(input(name));
            case Reference.Secret(var name) -> {
                var value = secrets.resolve(name);
                used.put(name, value);
                yield value;
            }
            case Reference.Output output -> {
                var node = find(output);
                yield node.isString() ? node.stringValue() : node.toString();
            }
        };
    }

    private JsonNode find(Reference.Output output) throws StepRefusedException {
        var written = "${steps.%s.output.%s}".formatted(output.step(), output.key());
        if (!outputs.containsKey(output.step())) {
            throw refused(written, "step %s wrote no output".formatted(output.step()));
        }
        var node = parse(output.step());
        for (var key : output.key().split("\\.", -1)) {
            var next =
                    node.isArray() && key.matches("\\d{1,6}")
                            ? node.get(Integer.parseInt(key))
                            : node.get(key);
            if (next == null) {
                throw refused(
                        written, "there is no %s among %s".formatted(key, node.propertyNames()));
            }
            node = next;
        }
        return node;
    }

    private JsonNode parse(String step) throws StepRefusedException {
        var known = parsed.get(step);
        if (known != null) {
            return known;
        }
        try {
            var node = Json.mapper().readTree(blobs.apply(String.valueOf(outputs.get(step))));
            parsed.put(step, node);
            return node;
        } catch (NoSuchElementException _) {
            throw refused("steps." + step, "its output is no longer kept");
        } catch (JacksonException e) {
            throw refused("steps." + step, "its output is not JSON: " + e.getOriginalMessage());
        }
    }

    private static String forEnvironment(String what, String value) throws StepRefusedException {
        if (value.indexOf('\0') >= 0) {
            throw refused(what, "a zero byte cannot be in an environment variable");
        }
        if (value.getBytes(UTF_8).length > MAX_BYTES) {
            throw refused(
                    what,
                    "it is longer than the 120 KiB of an environment variable: hand it over in a"
                            + " file of the workspace");
        }
        return value;
    }

    private static StepRefusedException refused(String what, String problem) {
        return StepRefusedException.configuration(
                "step.reference", "cannot fill in %s: %s".formatted(what, problem));
    }
}

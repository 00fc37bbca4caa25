package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.json.Json;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What {@code ${secrets.NAME}} and {@code ${steps.ID.output.KEY}} stand for in one attempt. {@code
 * KEY} may lead into objects ({@code a.b}) and arrays ({@code a.0}); what is not text is its JSON.
 * Any other {@code ${...}} is left as it is. For one thread.
 */
final class References {
    /** Longest value that goes into an environment variable, in bytes; Linux allows 128 KiB. */
    static final int MAX_BYTES = 120 * 1024;

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{((?:secrets|steps)\\.[^}]*)}");
    private static final String VARIABLE = "KINTSUGI_REF_";
    private static final String OUTPUT = ".output.";

    private final Secrets secrets;
    private final SortedMap<String, String> outputs;
    private final Function<String, byte[]> blobs;
    private final Map<String, JsonNode> parsed = new TreeMap<>();
    private final Map<String, String> used = new LinkedHashMap<>();

    /**
     * @param outputs content hashes by step
     * @param blobs content by hash
     */
    References(Secrets secrets, SortedMap<String, String> outputs, Function<String, byte[]> blobs) {
        this.secrets = secrets;
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
        var names = new TreeMap<String, String>();
        var line = new StringBuilder();
        var matcher = REFERENCE.matcher(command);
        while (matcher.find()) {
            var name = names.computeIfAbsent(matcher.group(1), _ -> VARIABLE + (names.size() + 1));
            variables.put(name, forEnvironment(matcher.group(), value(matcher.group(1))));
            matcher.appendReplacement(line, "\\${" + name + "}");
        }
        return new Shell(matcher.appendTail(line).toString(), variables);
    }

    /** The text with values in place of references. Values are not looked into again. */
    String text(String text) throws StepRefusedException {
        var filled = new StringBuilder();
        var matcher = REFERENCE.matcher(text);
        int copied = 0;
        while (matcher.find()) {
            filled.append(text, copied, matcher.start()).append(value(matcher.group(1)));
            copied = matcher.end();
        }
        return filled.append(text, copied, text.length()).toString();
    }

    /** The same for the value of an environment variable. */
    String variable(String name, String text) throws StepRefusedException {
        return forEnvironment("env " + name, text(text));
    }

    /** Secrets handed out so far; they must not be seen. */
    Collection<String> secretsUsed() {
        return used.values();
    }

    /** The value as JSON when the text is exactly one reference to an output; null otherwise. */
    @Nullable JsonNode json(String text) throws StepRefusedException {
        var matcher = REFERENCE.matcher(text);
        return matcher.matches() && matcher.group(1).startsWith("steps.")
                ? output(matcher.group(1))
                : null;
    }

    private String value(String reference) throws StepRefusedException {
        if (reference.startsWith("secrets.")) {
            var name = reference.substring("secrets.".length());
            var value = secrets.resolve(name);
            used.put(name, value);
            return value;
        }
        var node = output(reference);
        return node.isString() ? node.stringValue() : node.toString();
    }

    private JsonNode output(String reference) throws StepRefusedException {
        var path = reference.substring("steps.".length());
        // Ids may hold dots, and even ".output.": the first split that names a step holds.
        for (int at = path.indexOf(OUTPUT); at > 0; at = path.indexOf(OUTPUT, at + 1)) {
            var step = path.substring(0, at);
            if (outputs.containsKey(step)) {
                return find(reference, step, path.substring(at + OUTPUT.length()));
            }
        }
        throw refused(
                reference,
                outputs.isEmpty()
                        ? "no step before this one wrote an output"
                        : "outputs are there of " + String.join(", ", outputs.keySet()));
    }

    private JsonNode find(String reference, String step, String keys) throws StepRefusedException {
        var node = parse(step);
        for (var key : keys.split("\\.", -1)) {
            var next =
                    node.isArray() && key.matches("\\d{1,6}")
                            ? node.get(Integer.parseInt(key))
                            : node.get(key);
            if (next == null) {
                throw refused(
                        reference, "there is no %s among %s".formatted(key, node.propertyNames()));
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
                    "it is longer than the 120 KiB of an environment variable: hand it over in a file of the workspace");
        }
        return value;
    }

    private static StepRefusedException refused(String what, String problem) {
        return StepRefusedException.configuration(
                "step.reference", "cannot fill in %s: %s".formatted(what, problem));
    }
}

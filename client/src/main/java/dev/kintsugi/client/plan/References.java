package dev.kintsugi.client.plan;

import dev.kintsugi.client.secret.SecretPatterns;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** Notes the references of a plan's steps as they are read, to be checked when all are known. */
final class References {
    /** A near miss: {@code ${secret.X}}, {@code ${step.X}} or {@code ${input.X}}. */
    private static final Pattern NEAR =
            Pattern.compile(
                    "\\$\\{(?:[Ss]ecret|Secrets|[Ss]tep|Steps|[Ii]nput|Inputs|env)\\.[^}]*}");

    private static final String KINDS = "${inputs.NAME}, ${secrets.NAME} or ${steps.ID.output.KEY}";

    private final List<Use> uses = new ArrayList<>();
    private SortedMap<String, Input> inputs = Collections.emptySortedMap();
    private int step;

    /**
     * A step's output or outcome used by a step.
     *
     * @param step index of the step that uses it
     * @param used the id of the step that it uses
     * @param place where it says so
     */
    record Use(int step, String used, Place place) {}

    /** What is noted from here on belongs to this step. */
    void step(int index) {
        step = index;
    }

    /** The inputs that the plan takes. */
    void declare(SortedMap<String, Input> declared) {
        inputs = declared;
    }

    SortedMap<String, Input> inputs() {
        return inputs;
    }

    /** The step at hand looks at how another one ended. */
    void looksAt(Place place, String other) {
        uses.add(new Use(step, other, place));
    }

    List<Use> uses() {
        return uses;
    }

    void note(Place place, String text) {
        for (var found : Reference.in(text)) {
            if (found.reference().isEmpty()) {
                place.error(
                        "\"%s\" is no reference: write %s"
                                .formatted(
                                        Place.shown(text.substring(found.start(), found.end())),
                                        KINDS));
            } else if (found.reference().getFirst() instanceof Reference.Output output) {
                uses.add(new Use(step, output.step(), place));
            } else if (found.reference().getFirst() instanceof Reference.Input(var name)
                    && !inputs.containsKey(name)) {
                place.error(
                        "the plan has no input \"%s\"%s"
                                .formatted(
                                        name,
                                        place.problems().nearest().hint(name, inputs.keySet())));
            }
        }
        var near = NEAR.matcher(text);
        if (near.find()) {
            place.warning(
                    "\"%s\" is left as it is: references are %s"
                            .formatted(Place.shown(near.group()), KINDS.replace(" or ", " and ")));
        }
    }

    /** What goes to an agent leaves this system's hands: secrets are not handed out that way. */
    static void refuseSecretReferences(Place place, String text) {
        for (var found : Reference.in(text)) {
            if (!found.reference().isEmpty()
                    && found.reference().getFirst() instanceof Reference.Secret(var name)) {
                place.error(
                        "agents are given no secrets: let the worker keep %s itself"
                                .formatted(Place.shown(name)));
            }
        }
    }

    /** Refuses a literal value that the name it is given to shows to be a secret. */
    void refuseSecret(Place place, String name, String value) {
        // What looks like a secret under any name was refused when the text was read.
        if (SecretPatterns.find(value).isEmpty()) {
            SecretPatterns.findNamed(name, value)
                    .ifPresent(kind ->
                            place.error(
                                    "holds a secret (%s): write ${secrets.%s} and keep the value outside the plan"
                                            .formatted(kind, name.replace('-', '_'))));
        }
    }

    /** The text with every reference replaced. */
    static String replaced(String text, String replacement) {
        var replaced = new StringBuilder();
        int from = 0;
        for (var found : Reference.in(text)) {
            replaced.append(text, from, found.start()).append(replacement);
            from = found.end();
        }
        return replaced.append(text, from, text.length()).toString();
    }
}

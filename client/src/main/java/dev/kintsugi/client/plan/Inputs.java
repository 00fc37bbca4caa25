package dev.kintsugi.client.plan;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.PlanReading.Accepted;
import dev.kintsugi.client.plan.PlanReading.Rejected;
import dev.kintsugi.client.secret.SecretPatterns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** What a run is given for the inputs of its plan. */
public final class Inputs {
    /** Most inputs of a plan. */
    public static final int MAX_INPUTS = 64;

    /** Most characters of all values of a run together, as JSON: every task carries them. */
    public static final int MAX_TOGETHER = 32_768;

    static final String NO_REFERENCES =
            "holds a reference, which would not be filled in: write ${secrets.NAME} where the step uses it";

    private static final int MAX_SHOWN = 20;

    private Inputs() {}

    /**
     * The plan with these values in place of its defaults.
     *
     * @param given by name: values of the input's type, or texts that stand for one
     * @return rejected with a problem for each input that is unknown, missing or not allowed
     */
    public static PlanReading bind(Plan plan, SortedMap<String, JsonNode> given) {
        var problems = new ArrayList<Problem>();
        var nearest = new Nearest();
        for (var name : given.keySet()) {
            if (!plan.inputs().containsKey(name)) {
                var hint = nearest.hint(name, plan.inputs().keySet());
                problems.add(
                        problem(name, "the plan has no such input%s%s".formatted(hint, of(plan))));
            }
        }
        var bound = new TreeMap<String, Input>();
        plan.inputs()
                .forEach((name, input) -> {
                    var value = given.get(name);
                    bound.put(name, value == null ? input : bound(name, input, value, problems));
                    if (value == null && input.required() && input.value() == null) {
                        problems.add(problem(name, "is missing: give " + wanted(input)));
                    }
                });
        var together =
                bound.values().stream()
                        .mapToInt(input -> input.value() == null ? 0 : input.value().length())
                        .sum();
        if (together > MAX_TOGETHER) {
            problems.add(
                    problem("", "have more than %,d characters together".formatted(MAX_TOGETHER)));
        }
        return problems.isEmpty()
                ? new Accepted(plan.given(bound), List.of())
                : new Rejected(
                        problems.subList(0, Math.min(problems.size(), PlanReader.MAX_PROBLEMS)));
    }

    private static Input bound(String name, Input input, JsonNode given, List<Problem> problems) {
        var value =
                given.isString()
                        ? InputValues.parsed(input.type(), given.stringValue())
                        : InputValues.of(input.type(), given);
        var refused =
                value.isEmpty()
                        ? Optional.of(wrong(input, given))
                        : refusal(name, input, value.get());
        refused.ifPresent(message -> problems.add(problem(name, message)));
        return refused.isPresent() ? input : input.with(value.orElseThrow());
    }

    private static String wrong(Input input, JsonNode given) {
        return "must be %s, was %s".formatted(wanted(input), Place.shown(given.toString()));
    }

    private static Optional<String> refusal(String name, Input input, String value) {
        var text = Input.text(Json.mapper().readTree(value));
        if (SecretPatterns.find(text).isPresent()
                || SecretPatterns.findNamed(name, text).isPresent()) {
            return Optional.of(
                    "looks like a secret: have the step use ${secrets.%s} instead"
                            .formatted(name.toUpperCase(Locale.ROOT)));
        }
        if (!Reference.in(text).isEmpty()) {
            return Optional.of(NO_REFERENCES);
        }
        return input.allowed().isEmpty() || input.allowed().contains(value)
                ? Optional.empty()
                : Optional.of("must be %s, was %s".formatted(wanted(input), Place.shown(value)));
    }

    private static String wanted(Input input) {
        return input.allowed().isEmpty()
                ? InputValues.wanted(input.type())
                : "one of " + shown(input.allowed());
    }

    /** Some of the values, for messages. */
    static String shown(List<String> values) {
        var some =
                values.stream()
                        .limit(MAX_SHOWN)
                        .map(Place::shown)
                        .collect(Collectors.joining(", "));
        return values.size() <= MAX_SHOWN ? some : some + ", …";
    }

    private static String of(Plan plan) {
        return plan.inputs().isEmpty()
                ? "; it takes none"
                : "; it takes " + shown(List.copyOf(plan.inputs().keySet()));
    }

    private static Problem problem(String name, String message) {
        return new Problem("inputs", 0, 0, name, message);
    }
}

package dev.kintsugi.client.plan;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A condition on what a run was given and on how steps ended, in the Common Expression Language
 * (CEL): {@code inputs.NAME} has the input's type, {@code steps.ID.status} is one of succeeded,
 * failed and skipped, {@code steps.ID.output} what the step wrote, an empty map when nothing. It
 * sees nothing else, in particular no clock. Immutable and safe for many threads.
 *
 * <p>Needs the artefacts {@code dev.cel:compiler} and {@code dev.cel:runtime}, which this module
 * leaves to those who read plans with conditions.
 */
public final class Condition {
    /** Most characters of a condition. */
    public static final int MAX_LENGTH = 1_000;

    /** Most steps that one condition looks at: the output of each may be 1 MiB. */
    public static final int MAX_STEPS = 8;

    /** Most rounds of all its macros together, such as {@code all} and {@code filter}. */
    public static final int MAX_ITERATIONS = 10_000;

    private static final int MAX_DEPTH = 40;
    private static final int MAX_REGEX = 1_000;

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .maxExpressionCodePointSize(MAX_LENGTH)
                    .maxParseRecursionDepth(MAX_DEPTH)
                    .maxRegexProgramSize(MAX_REGEX)
                    .comprehensionMaxIterations(MAX_ITERATIONS)
                    .enableHeterogeneousNumericComparisons(true)
                    .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

    private final CelRuntime.Program program;
    private final SortedSet<String> steps;

    private Condition(CelRuntime.Program program, SortedSet<String> steps) {
        this.program = program;
        this.steps = steps;
    }

    /** How a step ended. */
    public record Outcome(String status, @Nullable JsonNode output) {}

    /** What is wrong with a condition, in one line. */
    public static final class WrongException extends Exception {
        private static final long serialVersionUID = 1L;

        public WrongException(String message) {
            super(message);
        }
    }

    /** Whether conditions can be read here at all: a reader of plans may come without CEL. */
    static boolean isSupported() {
        try {
            Class.forName("dev.cel.runtime.CelRuntime", false, Condition.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException _) {
            return false;
        }
    }

    /**
     * Reads a condition and checks its types.
     *
     * @param inputs those that the plan takes
     * @throws WrongException saying where and what
     */
    public static Condition of(String text, SortedMap<String, Input> inputs) throws WrongException {
        var compiler =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                        .setResultType(SimpleType.BOOL)
                        .addVar("steps", MapType.create(SimpleType.STRING, SimpleType.DYN));
        inputs.forEach((name, input) -> compiler.addVar("inputs." + name, type(input)));
        var read = compiler.build().compile(text);
        if (read.hasError()) {
            throw new WrongException(told(read.getErrors().getFirst(), inputs));
        }
        try {
            CelAbstractSyntaxTree tree = read.getAst();
            var steps = ConditionSteps.in(tree);
            if (steps.size() > MAX_STEPS) {
                throw new WrongException(
                        "looks at %d steps; at most %d".formatted(steps.size(), MAX_STEPS));
            }
            return new Condition(RUNTIME.createProgram(tree), steps);
        } catch (CelValidationException | CelEvaluationException e) {
            throw new WrongException(String.valueOf(e.getMessage()));
        }
    }

    private static String told(CelIssue issue, SortedMap<String, Input> inputs) {
        var message = issue.getMessage();
        var candidates = message.indexOf(" (candidates: ");
        message = candidates < 0 ? message : message.substring(0, candidates);
        message = message.replace(" (in container '')", "");
        var known =
                message.startsWith("undeclared reference to")
                        ? "; known are steps%s"
                                .formatted(
                                        inputs.isEmpty()
                                                ? ""
                                                : " and inputs."
                                                        + String.join(", inputs.", inputs.keySet()))
                        : "";
        return "column %d: %s%s"
                .formatted(issue.getSourceLocation().getColumn() + 1, message, known);
    }

    private static CelType type(Input input) {
        var type =
                switch (input.type()) {
                    case STRING -> SimpleType.STRING;
                    case INTEGER -> SimpleType.INT;
                    case NUMBER -> SimpleType.DOUBLE;
                    case BOOLEAN -> SimpleType.BOOL;
                };
        var always = input.required() || input.value() != null;
        return always ? type : NullableType.create(type);
    }

    /** The steps whose outcome it looks at. */
    public SortedSet<String> steps() {
        return steps;
    }

    /**
     * Whether it holds.
     *
     * @param inputs with the values of the run
     * @param outcomes of {@link #steps()}
     * @throws WrongException when that cannot be told, such as when an output lacks a key
     */
    public boolean holds(SortedMap<String, Input> inputs, SortedMap<String, Outcome> outcomes)
            throws WrongException {
        var values = new LinkedHashMap<String, Object>();
        inputs.forEach((name, input) -> values.put("inputs." + name, value(input)));
        var ended = new LinkedHashMap<String, Object>();
        outcomes.forEach((step, outcome) ->
                ended.put(
                        step,
                        Map.of(
                                "status",
                                outcome.status(),
                                "output",
                                outcome.output() == null ? Map.of() : value(outcome.output()))));
        values.put("steps", ended);
        try {
            return Boolean.TRUE.equals(program.eval(values));
        } catch (CelEvaluationException e) {
            throw new WrongException(
                    String.valueOf(e.getMessage()).replace("evaluation error at <input>:", "at "));
        }
    }

    private static Object value(Input input) {
        var text = input.value();
        if (text == null) {
            return NullValue.NULL_VALUE;
        }
        var json = dev.kintsugi.client.json.Json.mapper().readTree(text);
        return input.type() == Input.Type.NUMBER ? (Object) json.doubleValue() : value(json);
    }

    private static Object value(JsonNode json) {
        return switch (json.getNodeType()) {
            case OBJECT -> {
                var map = new LinkedHashMap<String, Object>();
                json.properties()
                        .forEach(field -> map.put(field.getKey(), value(field.getValue())));
                yield map;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                json.forEach(item -> list.add(value(item)));
                yield list;
            }
            case STRING -> json.stringValue();
            case BOOLEAN -> json.booleanValue();
            case NUMBER ->
                    json.isIntegralNumber() && json.canConvertToLong()
                            ? (Object) json.longValue()
                            : (Object) json.doubleValue();
            case NULL, MISSING, BINARY, POJO -> NullValue.NULL_VALUE;
        };
    }
}

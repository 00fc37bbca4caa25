package dev.kintsugi.client.plan;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Step.Alternative;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Writes plans as JSON in the format that {@link PlanReader} reads: every default spelled out,
 * fields always in the same order, ASCII only, so that equal plans give equal texts and each reads
 * back as an equal plan.
 *
 * <p>A plan near {@link PlanReader#MAX_SIZE} may be larger in this form and then not be read again:
 * this is for people and tools; stores keep plans by {@link Json}.
 */
public final class PlanWriter {
    /** YAML allows fewer characters unescaped than JSON: all beyond this are escaped. */
    private static final int LAST_PLAIN_CHARACTER = '~';

    private final JsonGenerator json;

    private PlanWriter(JsonGenerator json) {
        this.json = json;
    }

    /**
     * The plan as JSON.
     *
     * @throws IllegalArgumentException when a duration is not in whole milliseconds
     */
    public static String write(Plan plan) {
        var text = new StringWriter();
        try (var json = Json.mapper().createGenerator(text)) {
            new PlanWriter(json).plan(plan);
        }
        return ascii(text.toString());
    }

    private void plan(Plan plan) {
        json.writeStartObject();
        json.writeNumberProperty("plan", 1);
        json.writeStringProperty("name", plan.name());
        if (plan.workspace() != null) {
            json.writeObjectPropertyStart("workspace");
            json.writeStringProperty("git", plan.workspace().git());
            json.writeStringProperty("ref", plan.workspace().ref());
            json.writeEndObject();
        }
        constant("deliver", plan.deliver());
        constant("sla", plan.sla());
        budget(plan.budget());
        gate(plan.gate());
        inputs(plan.inputs());
        json.writeArrayPropertyStart("steps");
        plan.steps().forEach(this::step);
        json.writeEndArray();
        json.writeEndObject();
    }

    private void budget(Budget budget) {
        json.writeObjectPropertyStart("budget");
        duration("time", budget.time());
        if (budget.costNanoUsd() != null) {
            json.writeStringProperty("cost", Amounts.usd(budget.costNanoUsd()));
        }
        if (budget.attempts() != null) {
            json.writeNumberProperty("attempts", budget.attempts());
        }
        json.writeEndObject();
    }

    private void gate(Gate gate) {
        json.writeObjectPropertyStart("gate");
        texts("allow", gate.allow());
        json.writeBooleanProperty("tests", gate.allowTests());
        json.writeNumberProperty("maxFiles", gate.maxFiles());
        json.writeNumberProperty("maxLines", gate.maxLines());
        constant("network", gate.network());
        json.writeEndObject();
    }

    private void inputs(SortedMap<String, Input> inputs) {
        if (inputs.isEmpty()) {
            return;
        }
        json.writeObjectPropertyStart("inputs");
        inputs.forEach((name, input) -> {
            json.writeObjectPropertyStart(name);
            constant("type", input.type());
            json.writeBooleanProperty("required", input.required());
            if (input.value() != null) {
                json.writeName("default");
                json.writeRawValue(input.value());
            }
            if (!input.allowed().isEmpty()) {
                json.writeArrayPropertyStart("values");
                input.allowed().forEach(json::writeRawValue);
                json.writeEndArray();
            }
            text("description", input.description());
            json.writeEndObject();
        });
        json.writeEndObject();
    }

    private void step(Step step) {
        json.writeStartObject();
        json.writeStringProperty("id", step.id());
        work(step.work());
        constant("queue", step.queue());
        constant("priority", step.priority());
        texts("needs", step.needs());
        duration("timeout", step.timeout());
        if (step.costNanoUsd() != null) {
            json.writeStringProperty("cost", Amounts.usd(step.costNanoUsd()));
        }
        texts("env", step.env());
        if (step.failureClass() != null) {
            constant("class", step.failureClass());
        }
        constant("effects", step.effects());
        texts("cache", step.cache());
        text("autofix", step.autofix());
        if (!step.alternatives().isEmpty()) {
            json.writeArrayPropertyStart("alternatives");
            step.alternatives().forEach(this::alternative);
            json.writeEndArray();
        }
        text("undo", step.undo());
        text("when", step.when() == null ? null : step.when().condition());
        if (step.isDispensable()) {
            json.writeBooleanProperty("continueOnFailure", true);
        }
        text("reconcile", step.reconcile());
        if (step.waits() != null) {
            waits(step.waits());
        }
        if (!step.artifacts().isEmpty()) {
            texts("artifacts", step.artifacts());
        }
        json.writeEndObject();
    }

    private void waits(Waits waits) {
        json.writeArrayPropertyStart("locks");
        for (var lock : waits.locks()) {
            json.writeStartObject();
            json.writeStringProperty("name", lock.name());
            json.writeNumberProperty("permits", lock.permits());
            json.writeNumberProperty("limit", lock.limit());
            json.writeBooleanProperty("keep", lock.keep());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("needsRun");
        for (var needed : waits.runs()) {
            if (needed.key() == null) {
                json.writeString(needed.run());
            } else {
                json.writeStartObject();
                json.writeStringProperty("key", needed.key());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        duration("patience", waits.patience());
    }

    private void alternative(Alternative alternative) {
        json.writeStartObject();
        work(alternative.work());
        texts("env", alternative.env());
        duration("timeout", alternative.timeout());
        json.writeEndObject();
    }

    private void work(Work work) {
        switch (work) {
            case Work.Exec(var command) -> json.writeStringProperty("exec", command);
            case Work.Agent(var agent, var input) -> {
                json.writeStringProperty("agent", agent);
                json.writeName("input");
                json.writeRawValue(input);
            }
            case Work.Http http -> {
                json.writeObjectPropertyStart("http");
                json.writeStringProperty("method", http.method());
                json.writeStringProperty("url", http.url());
                texts("headers", http.headers());
                if (http.body() != null) {
                    json.writeName("body");
                    json.writeRawValue(http.body());
                }
                json.writeStringProperty("expect", http.expect());
                json.writeEndObject();
            }
        }
    }

    /** Escapes what is not plain, which in JSON can only be inside strings. */
    private static String ascii(String json) {
        var text = new StringBuilder(json.length() + 64);
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c <= LAST_PLAIN_CHARACTER) {
                text.append(c);
            } else {
                text.append("\\u%04x".formatted((int) c));
            }
        }
        return text.toString();
    }

    private void constant(String name, Enum<?> value) {
        json.writeStringProperty(name, Place.written(value));
    }

    private void duration(String name, @Nullable Duration value) {
        text(name, value == null ? null : Amounts.text(value));
    }

    private void text(String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    private void texts(String name, List<String> values) {
        json.writeArrayPropertyStart(name);
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    private void texts(String name, SortedMap<String, String> values) {
        if (!values.isEmpty()) {
            json.writeObjectPropertyStart(name);
            values.forEach(json::writeStringProperty);
            json.writeEndObject();
        }
    }
}

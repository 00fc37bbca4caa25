package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent.ConditionAnswered;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Condition;
import dev.kintsugi.client.plan.Condition.Outcome;
import dev.kintsugi.client.plan.Condition.WrongException;
import dev.kintsugi.client.plan.Input;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.run.machine.RunAction.AskCondition;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Tells whether conditions of steps hold, from what the steps before them wrote. */
public final class Conditions {
    private static final int MAX_PROBLEM = 300;

    private final Blobs blobs;

    public Conditions(Blobs blobs) {
        this.blobs = blobs;
    }

    ConditionAnswered answer(String tenant, SortedMap<String, Input> inputs, AskCondition asked) {
        try {
            var outcomes = new TreeMap<String, Outcome>();
            for (var step : asked.statuses().entrySet()) {
                var output = output(tenant, asked.outputs().get(step.getKey()));
                outcomes.put(step.getKey(), new Outcome(step.getValue(), output));
            }
            var condition = Condition.of(asked.when().condition(), inputs);
            return new ConditionAnswered(asked.step(), condition.holds(inputs, outcomes), null);
        } catch (WrongException e) {
            var problem = String.valueOf(e.getMessage());
            return new ConditionAnswered(
                    asked.step(),
                    false,
                    problem.substring(0, Math.min(MAX_PROBLEM, problem.length())));
        }
    }

    private @Nullable JsonNode output(String tenant, @Nullable String hash) throws WrongException {
        if (hash == null) {
            return null;
        }
        var content = blobs.get(tenant, hash);
        if (content.isEmpty()) {
            throw new WrongException("an output that it looks at is no longer kept");
        }
        try {
            return Json.mapper().readTree(content.get());
        } catch (JacksonException _) {
            throw new WrongException("an output that it looks at is not JSON");
        }
    }
}

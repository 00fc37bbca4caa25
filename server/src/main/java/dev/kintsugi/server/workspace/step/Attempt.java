package dev.kintsugi.server.workspace.step;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Input;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.server.workspace.sandbox.AttemptFolder;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One attempt under way.
 *
 * @param step the step as it is to be done
 * @param references what its references stand for
 */
record Attempt(
        LeasedTask leased,
        Step step,
        TaskContext context,
        AttemptFolder folder,
        References references) {

    Task task() {
        return leased.task();
    }

    /** What steps are told about themselves. */
    SortedMap<String, String> variables() {
        var env = new TreeMap<String, String>();
        env.put("KINTSUGI_RUN", task().run());
        env.put("KINTSUGI_STEP", task().step());
        env.put("KINTSUGI_ATTEMPT", Integer.toString(task().attempt()));
        env.put("KINTSUGI_IDEMPOTENCY_KEY", task().effectKey());
        task().inputs()
                .forEach((name, value) ->
                        env.put(
                                "KINTSUGI_INPUT_" + name,
                                Input.text(Json.mapper().readTree(value))));
        return env;
    }

    /** Whether it is what must happen once, and not a command that asks, mends or undoes. */
    boolean takesEffectOnce() {
        return task().kind() == TaskKind.STEP && step.effects() == Step.Effects.ONCE;
    }

    void throwIfCancelled() throws InterruptedException {
        if (context.cancelled()) {
            throw new InterruptedException(task().key() + " is no longer wanted");
        }
    }
}

package dev.kintsugi.server.repair;

import dev.kintsugi.client.plan.Gate;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.server.workspace.gate.GatePolicy;
import dev.kintsugi.server.workspace.gate.SourceTree;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Failures to mend, for tests. */
public final class Mends {
    public static final long MEMORY_BYTES = 8L << 30;
    public static final String TENANT = "default";

    private Mends() {}

    public static Failure failure(FailureCategory category) {
        return new Failure(
                category,
                FailureClass.RUNTIME,
                Severity.MEDIUM,
                "unknown",
                "0123456789abcdef",
                "it broke",
                false,
                null,
                new TreeMap<>());
    }

    public static Step step(String command, Map<String, String> env, @Nullable String autofix) {
        return new Step(
                "build",
                new Work.Exec(command),
                Step.QueueClass.CPU,
                Step.Priority.NORMAL,
                List.of(),
                Duration.ofMinutes(5),
                new TreeMap<>(env),
                null,
                Step.Effects.IDEMPOTENT,
                List.of(),
                autofix,
                List.of(),
                null);
    }

    public static Gate gate() {
        return new Gate(List.of("**"), false, 10, 400, Gate.Network.FULL);
    }

    public static Task task(
            Step step, Failure failure, @Nullable String evidence, String... tried) {
        return new Task(
                "mend:run:build:1",
                "run",
                TENANT,
                "build",
                1,
                "run:build:1",
                TaskKind.MEND,
                step,
                new TaskInput("base", List.of(), List.of()),
                Gate.Network.FULL,
                new TreeMap<>(),
                new Task.Mend(failure, evidence, gate(), List.of(tried)),
                null,
                null);
    }

    public static MendRequest request(
            Step step, FailureCategory category, String evidence, SourceTree tree) {
        Failure failure = failure(category);
        return new MendRequest(
                task(step, failure, null), step, failure, evidence, tree, MEMORY_BYTES);
    }

    public static GatePolicy policy(Step step) {
        return new GatePolicy(gate(), List.of("**"), step, MEMORY_BYTES, Redactor.of(List.of()));
    }
}

package dev.kintsugi.server.run;

import static dev.kintsugi.server.run.Engines.done;
import static dev.kintsugi.server.run.Engines.failed;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunEvent.CancelRequested;
import dev.kintsugi.client.event.RunEvent.EffectAnswered;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.worker.TaskContext;
import dev.kintsugi.client.worker.TaskHandler;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.server.run.machine.Envelope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/**
 * Lets the real engine and worker live one run of each kind and keeps their logs. Run its main with
 * a folder, by hand, once for every version of the rules.
 */
final class KeptLogsWriter {
    static final Chain CHAIN = new Chain(new byte[32]);

    private static final Limits LIMITS = new Limits(900_000, 1_000_000_000, 10, 5, 60_000);
    private static final String CHAIN_OF_TWO =
            """
            plan: 1
            name: kept
            steps:
              - {id: a, exec: ./a.sh, undo: ./undo-a.sh}
              - {id: b, exec: ./b.sh, needs: [a], alternatives: [{exec: ./other.sh}]}
            """;
    private static final String IN_A_REPOSITORY =
            """
            plan: 1
            name: kept
            workspace: {git: /somewhere}
            deliver: branch
            steps:
              - {id: a, exec: ./a.sh, effects: none}
              - {id: b, exec: ./b.sh, needs: [a]}
            """;
    private static final String PAYMENT =
            """
            plan: 1
            name: kept
            steps:
              - {id: slow, exec: ./pay.sh, effects: once}
            """;

    private final Path folder;
    private final int rules;

    private KeptLogsWriter(Path folder, int rules) {
        this.folder = folder;
        this.rules = rules;
    }

    /** Writes all logs of the newest rules, or of the version given, into the folder given. */
    public static void main(String[] args) throws IOException {
        var rules = args.length > 1 ? Integer.parseInt(args[1]) : Envelope.CURRENT_RULES;
        var writer = new KeptLogsWriter(Files.createDirectories(Path.of(args[0])), rules);
        writer.plain();
        writer.retry();
        writer.patch();
        writer.replan();
        writer.rollbackApproved();
        writer.cancelled();
        writer.effectUnknown();
        writer.deadline();
        writer.security();
        writer.retryAfter();
        System.exit(0);
    }

    private static TaskResult left(String commit) {
        return new TaskResult.Done(commit, "output", List.of(), new Usage(30, 10, 2));
    }

    private static TaskResult noPatch() {
        return new TaskResult.PatchNotFound(List.of("too large"), new Usage(5, 0, 1));
    }

    private void plain() throws IOException {
        keep("plain", CHAIN_OF_TWO, Map.of(), LIMITS, (_, _) -> {});
    }

    private void retry() throws IOException {
        var results = Map.of("b", List.of(failed("f1", true), done()));
        keep("retry", CHAIN_OF_TWO, results, LIMITS, (_, _) -> {});
    }

    private void retryAfter() throws IOException {
        var busy = ((TaskResult.Failed) failed("f1", true)).failure();
        var later =
                new Failure(
                        busy.category(),
                        busy.failureClass(),
                        busy.severity(),
                        busy.rule(),
                        busy.fingerprint(),
                        busy.message(),
                        true,
                        Duration.ofSeconds(2),
                        new TreeMap<>());
        var results = Map.of("b", List.of(new TaskResult.Failed(later, null, Usage.NONE), done()));
        keep("retry-after", CHAIN_OF_TWO, results, LIMITS, (_, _) -> {});
    }

    private void patch() throws IOException {
        var heap =
                new Patch.StepPatch(
                        "p1",
                        Patch.Source.CATALOGUE,
                        "more heap",
                        new TreeMap<>(Map.of("HEAP", "2")),
                        60_000L);
        var tree =
                new Patch.TreePatch(
                        "p2", Patch.Source.AUTOFIX, "an import", "c", "d", List.of("A.java"), 1);
        var results = new TreeMap<String, List<TaskResult>>();
        results.put("PREPARE ", List.of(left("base")));
        results.put("a", List.of(left("ca")));
        results.put("b", List.of(failed("f1", false), failed("f1", false), left("cb")));
        results.put(
                "MEND b",
                List.of(
                        new TaskResult.PatchProposed(heap, List.of(), Usage.NONE),
                        new TaskResult.PatchProposed(tree, List.of("binary"), Usage.NONE)));
        results.put("DELIVER ", List.of(left("tip")));
        keep("patch", IN_A_REPOSITORY, results, LIMITS, (_, _) -> {});
    }

    private void replan() throws IOException {
        var results =
                Map.of("b", List.of(failed("f1", false), done()), "MEND b", List.of(noPatch()));
        keep("replan", CHAIN_OF_TWO, results, LIMITS, (_, _) -> {});
    }

    private static final Map<String, List<TaskResult>> HOPELESS =
            Map.of("b", List.of(failed("f1", false)), "MEND b", List.of(noPatch()));

    private void rollbackApproved() throws IOException {
        keep(
                "rollback",
                CHAIN_OF_TWO,
                HOPELESS,
                LIMITS,
                (engines, run) -> approve(engines, run, true));
    }

    private void cancelled() throws IOException {
        keep(
                "cancelled",
                CHAIN_OF_TWO,
                HOPELESS,
                LIMITS,
                (engines, run) -> {
                    engines.await(run, RunStatus.WAITING);
                    engines.engine.post(Engines.TENANT, run, new CancelRequested("ann"));
                });
    }

    private void effectUnknown() throws IOException {
        keep(
                "effect-unknown",
                PAYMENT,
                Map.of(),
                LIMITS,
                (engines, run) -> {
                    working(engines, run);
                    engines.queue.takeBack("worker-1", "its worker died");
                    engines.await(run, RunStatus.WAITING);
                    engines.engine.post(
                            Engines.TENANT, run, new EffectAnswered("slow", true, "ann"));
                });
    }

    private void deadline() throws IOException {
        keep(
                "deadline",
                PAYMENT,
                Map.of(),
                new Limits(300, 1_000_000_000, 10, 5, 60_000),
                (engines, run) -> {
                    working(engines, run);
                    Awaitility.await()
                            .until(() -> {
                                engines.engine.sweep();
                                return engines.status(run).isFinal();
                            });
                });
    }

    private void security() throws IOException {
        var plan = PAYMENT.replace("slow", "b");
        keep(
                "security",
                plan,
                Map.of("b", List.of(insecure())),
                LIMITS,
                (engines, run) -> approve(engines, run, false));
    }

    private static TaskResult insecure() {
        var failure = ((TaskResult.Failed) failed("f2", false)).failure();
        return new TaskResult.Failed(
                new Failure(
                        failure.category(),
                        dev.kintsugi.healing.FailureClass.SECURITY,
                        failure.severity(),
                        failure.rule(),
                        failure.fingerprint(),
                        failure.message(),
                        false,
                        null,
                        new TreeMap<>()),
                "evidence",
                Usage.NONE);
    }

    private static void approve(Engines engines, String run, boolean approved) {
        engines.await(run, RunStatus.WAITING);
        var folded = engines.engine.look(Engines.TENANT, run).orElseThrow().folded();
        var question = Objects.requireNonNull(folded.machine().question(folded.state()));
        RunEvent answer = new ApprovalAnswered(question.hash(), approved, "ann", "as discussed");
        engines.engine.post(Engines.TENANT, run, answer);
    }

    private static void working(Engines engines, String run) {
        Awaitility.await()
                .until(() ->
                        !engines.ports
                                .transactions()
                                .asSystem(() -> engines.ports.queue().running(run))
                                .isEmpty());
    }

    /** What people and clocks do to a run. */
    private interface World {
        void meets(Engines engines, String run);
    }

    private void keep(
            String name,
            String plan,
            Map<String, List<TaskResult>> results,
            Limits limits,
            World world)
            throws IOException {
        var script = new Engines.Script(results);
        try (var engines =
                new Engines(
                        Engines.inMemory(),
                        slowly(script),
                        "worker-1",
                        InstantSource.system(),
                        rules)) {
            var run = engines.start(plan, limits);
            world.meets(engines, run);
            Awaitility.await().until(() -> engines.status(run).isFinal());
            var looked = engines.engine.look(Engines.TENANT, run).orElseThrow();
            var head =
                    new KeptLog.Head(
                            run,
                            Engines.TENANT,
                            rules,
                            Json.mapper().writeValueAsString(looked.folded().course().plan()));
            KeptLog.of(head, engines.log(run)).write(folder.resolve(name + ".jsonl"));
        }
    }

    /** A step named slow ends when it is taken away. */
    private static TaskHandler slowly(TaskHandler others) {
        return new TaskHandler() {
            @Override
            public TaskResult handle(LeasedTask task, TaskContext context)
                    throws InterruptedException {
                if (task.task().step().equals("slow")) {
                    var taken = new CountDownLatch(1);
                    context.onCancel(taken::countDown);
                    taken.await();
                }
                return others.handle(task, context);
            }
        };
    }
}

package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.EffectAnswered;
import dev.kintsugi.client.event.RunEvent.EffectReconciled;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.client.task.TaskResult.Reconciled;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.TaskResult.Verdict;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** The world in which {@code once} steps take effect, apart from what servers believe of it. */
final class Outside {
    private final SplittableRandom random;
    private final Map<String, Integer> begun = new TreeMap<>();
    private final TreeSet<String> happened = new TreeSet<>();

    Outside(SplittableRandom random) {
        this.random = random;
    }

    static boolean isOnce(Task task) {
        return task.kind() == TaskKind.STEP
                && task.definition() != null
                && task.definition().effects() == Effects.ONCE;
    }

    /** A worker begins to do what must be done once; mostly it takes effect at once. */
    void begins(Task task) {
        begun.merge(task.effectKey(), 1, Integer::sum);
        if (random.nextInt(4) > 0) {
            happened.add(task.effectKey());
        }
    }

    /** A worker came to the end of it. */
    void passed(Task task) {
        happened.add(task.effectKey());
    }

    /** What somebody finds who looks; now and then it cannot be told. */
    Reconciled found(Task asking) {
        if (random.nextInt(4) == 0) {
            return new Reconciled(Verdict.UNKNOWN, null, "nobody answers", Usage.NONE);
        }
        return happened.contains(asking.effectKey())
                ? new Reconciled(Verdict.HAPPENED, "receipt", null, Usage.NONE)
                : new Reconciled(Verdict.DID_NOT_HAPPEN, null, null, Usage.NONE);
    }

    /** No effect of the run was begun twice unless somebody said that it did not happen. */
    void check(String run, List<RunEvent> log, Invariants invariants) {
        begun.forEach((key, times) -> {
            var parts = key.split(":");
            if (parts[0].equals(run)) {
                var absences = log.stream().filter(event -> saysAbsent(event, parts[1])).count();
                invariants.check(
                        times <= 1 + absences,
                        "the effect %s was begun %d times, said not to have happened %d times"
                                .formatted(key, times, absences));
            }
        });
    }

    private static boolean saysAbsent(RunEvent event, String step) {
        return event instanceof EffectAnswered answer
                        && answer.step().equals(step)
                        && !answer.happened()
                || event instanceof EffectReconciled found
                        && found.step().equals(step)
                        && found.verdict() == Verdict.DID_NOT_HAPPEN;
    }
}

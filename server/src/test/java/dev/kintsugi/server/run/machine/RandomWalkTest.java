package dev.kintsugi.server.run.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent.EffectAnswered;
import dev.kintsugi.client.event.RunEvent.EffectReconciled;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunEvent.WaitEnded;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.plan.Step.Effects;
import dev.kintsugi.client.task.TaskKind;
import dev.kintsugi.server.run.machine.Walk.Turn;
import java.util.EnumMap;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RandomWalkTest {
    private static final long SEEDS = 3_000;

    /** Statuses with what is waited for, kinds of task, questions, and four rare constellations. */
    private static final int PLACES =
            RunStatus.values().length
                    + 2
                    + TaskKind.values().length
                    + Repair.Asking.values().length
                    + 4;

    @Test
    void invariantsHoldAfterEveryEventAndEveryRunEnds() {
        var endings = new EnumMap<RunStatus, Integer>(RunStatus.class);
        var seen = new TreeSet<String>();
        var events = 0L;
        for (var seed = 1L; seed <= SEEDS; seed++) {
            var last = new RunStatus[1];
            try {
                events +=
                        Walk.live(
                                seed,
                                (turn, course) -> {
                                    check(turn, course);
                                    visit(turn, seen);
                                    last[0] = turn.decision().state().status();
                                });
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            endings.merge(last[0], 1, Integer::sum);
        }

        System.out.printf("seeds 1 to %d: %d events, ended %s%n", SEEDS, events, endings);
        assertThat(events).isGreaterThan(10_000);
        assertThat(seen).as("what the walks came to see").hasSize(PLACES);
        assertThat(endings)
                .containsOnlyKeys(
                        RunStatus.SUCCEEDED,
                        RunStatus.FAILED,
                        RunStatus.ROLLED_BACK,
                        RunStatus.CANCELLED);
    }

    /** Notes where the walk has been, so that the test can tell that it went everywhere. */
    private static void visit(Turn turn, TreeSet<String> seen) {
        var state = turn.decision().state();
        seen.add("status " + state.status() + " " + state.waitingFor());
        state.tasks().values().forEach(task -> seen.add("task " + task.kind()));
        var repair = state.repair();
        if (repair != null) {
            seen.add("asking " + repair.asking());
            if (repair.proof().stack().size() > 1) {
                seen.add("stack");
            }
            if (repair.redoing() != null && repair.asking() == Repair.Asking.ATTEMPT) {
                seen.add("redoing");
            }
            if (state.waitingFor() == WaitingFor.EFFECT_UNKNOWN) {
                seen.add("effect unknown under repair");
            }
        }
        if (state.failing() && state.waitingFor() == WaitingFor.EFFECT_UNKNOWN) {
            seen.add("effect unknown while failing");
        }
    }

    private static void check(Turn turn, Course course) {
        var state = turn.decision().state();
        assertThat(turn.by().decide(turn.before(), turn.envelope(), turn.event()))
                .as("decided again")
                .isEqualTo(turn.decision());
        moves(turn);
        limits(state);
        money(turn, state);
        steps(state, course);
        tasks(turn, state, course);
        if (turn.before().status().isFinal()) {
            assertThat(turn.decision()).isEqualTo(new Decision(turn.before(), java.util.List.of()));
        }
    }

    private static void moves(Turn turn) {
        var from = turn.before().status();
        var state = turn.decision().state();
        var to = state.status();
        assertThat(from == to || Transitions.legal(from, to)).as("%s -> %s", from, to).isTrue();
        var rollback = state.rollback();
        var asks = rollback != null && rollback.expiresAt() != null;
        assertThat(state.waitingFor() == WaitingFor.APPROVAL).as("asks %s", asks).isEqualTo(asks);
        assertThat(state.waitingFor() != null).isEqualTo(to == RunStatus.WAITING);
        if (to == RunStatus.ROLLING_BACK) {
            assertThat(rollback).isNotNull();
        }
        if (state.repair() != null) {
            assertThat(state.failing()).isFalse();
            assertThat(
                            to == RunStatus.REPAIRING
                                    || state.waitingFor() == WaitingFor.EFFECT_UNKNOWN
                                    || state.waitingFor() == WaitingFor.LOCK)
                    .as("%s", state)
                    .isTrue();
        }
        if (to == RunStatus.FAILED || to == RunStatus.WAITING) {
            assertThat(turn.by().reason(state)).isNotNull();
        }
        var works = !to.isFinal() && to != RunStatus.WAITING && state.limits().timeMillis() > 0;
        assertThat(state.clock().since() != null).as("clock while %s", to).isEqualTo(works);
    }

    private static void limits(RunState state) {
        assertThat(state.attempts()).isLessThanOrEqualTo(state.limits().attempts());
        assertThat(state.tasks().size()).isLessThanOrEqualTo(RunMachine.MAX_IN_FLIGHT);
        for (var step : state.steps().values()) {
            assertThat(step.repairs()).isLessThanOrEqualTo(state.limits().attemptsPerStep());
        }
        var phases = state.phases();
        assertThat(phases.retry() + phases.patch() + phases.replan()).isEqualTo(state.attempts());
    }

    private static void money(Turn turn, RunState state) {
        var spent = state.spent();
        assertThat(spent.reservedNanoUsd())
                .isEqualTo(state.tasks().values().stream().mapToLong(RunState.TaskRef::cost).sum());
        var reserves =
                turn.decision().actions().stream()
                        .anyMatch(RunAction.ReserveCost.class::isInstance);
        if (reserves) {
            assertThat(spent.costNanoUsd() + spent.reservedNanoUsd())
                    .isLessThanOrEqualTo(state.limits().costNanoUsd());
        }
        var repair = state.repair();
        if (repair != null && repair.asking() == Repair.Asking.MONEY) {
            assertThat(spent.reservedNanoUsd()).isPositive();
        }
    }

    private static void steps(RunState state, Course course) {
        assertThat(new TreeSet<>(state.completed())).hasSameSizeAs(state.completed());
        assertThat(new TreeSet<>(state.passed()))
                .hasSameSizeAs(state.passed())
                .noneMatch(state.completed()::contains);
        var repair = state.repair();
        for (var entry : state.steps().entrySet()) {
            int position = entry.getKey();
            var step = entry.getValue();
            var redone = repair != null && Integer.valueOf(position).equals(repair.redoing());
            var done =
                    step.status() == StepState.Status.SUCCEEDED
                            || step.status() == StepState.Status.UNDONE;
            assertThat(state.completed().contains(position))
                    .as("step %s in %s", position, state)
                    .isEqualTo(done || (redone && step.attempt() > 0));
            assertThat(step.unmet()).isNotNegative();
            var attempts =
                    state.tasks().values().stream()
                            .filter(t -> t.kind() == TaskKind.STEP && t.step() == position)
                            .count();
            assertThat(attempts).isLessThanOrEqualTo(1);
            if (attempts == 1) {
                assertThat(step.status()).isEqualTo(StepState.Status.IN_FLIGHT);
            } else if (!state.status().isFinal()) {
                var rechecking =
                        repair != null
                                && repair.step() == position
                                && repair.asking() == Repair.Asking.RECHECK;
                assertThat(step.status() == StepState.Status.IN_FLIGHT)
                        .as("step %s in %s", position, state)
                        .isEqualTo(rechecking);
            }
            for (var need : course.step(position).needs()) {
                if (step.attempt() > 0) {
                    var needed = course.position(need);
                    assertThat(
                                    state.completed().contains(needed)
                                            || state.passed().contains(needed))
                            .as("step %s began before %s ended", position, need)
                            .isTrue();
                }
            }
        }
    }

    private static void tasks(Turn turn, RunState state, Course course) {
        var dispatched = new TreeSet<String>();
        for (var action : turn.decision().actions()) {
            switch (action) {
                case RunAction.Dispatch dispatch -> {
                    dispatched.add(dispatch.task().key());
                    once(turn, dispatch, course);
                }
                case RunAction.CancelTasks cancel -> dispatched.removeAll(cancel.keys());
                case RunAction.StartTimer _,
                        RunAction.StopTimer _,
                        RunAction.AskBudget _,
                        RunAction.AskWaits _,
                        RunAction.GiveBack _,
                        RunAction.GiveBackAll _,
                        RunAction.ReserveCost _,
                        RunAction.SettleCost _,
                        RunAction.SettleAttempt _,
                        RunAction.ReleaseAttempt _,
                        RunAction.AskBreaker _,
                        RunAction.AskBegun _,
                        RunAction.AskCondition _,
                        RunAction.RecordOutcome _,
                        RunAction.LearnPatch _,
                        RunAction.AskApproval _,
                        RunAction.AskEffects _,
                        RunAction.Tell _,
                        RunAction.CountAttempt _,
                        RunAction.CountRepair _ -> {}
            }
        }
        assertThat(state.tasks().keySet()).containsAll(dispatched);
        if (state.status().isFinal() || state.status() == RunStatus.WAITING) {
            assertThat(state.tasks().values())
                    .as("%s", state)
                    .allMatch(task -> !state.status().isFinal() && !mayGo(state, course, task));
        }
        for (var key : dispatched) {
            var task = Objects.requireNonNull(state.tasks().get(key));
            assertThat(mayGo(state, course, task)).as("%s has its locks", key).isTrue();
        }
        if (state.status().isFinal()) {
            assertThat(state.holds()).isEmpty();
        }
        if (turn.before().failing()) {
            for (var key : dispatched) {
                var kind = Objects.requireNonNull(state.tasks().get(key)).kind();
                var follows = kind == TaskKind.UNDO || kind == TaskKind.RECONCILE;
                assertThat(follows || turn.before().tasks().containsKey(key))
                        .as("begins %s though the run fails", key)
                        .isTrue();
            }
        }
        assertThat(state.tasks().values())
                .allMatch(task ->
                        task.kind() != TaskKind.UNDO || state.status() == RunStatus.ROLLING_BACK);
    }

    /** Whether a task's step has what it waits for. */
    private static boolean mayGo(RunState state, Course course, RunState.TaskRef task) {
        if (task.step() < 0 || course.step(task.step()).waits() == null) {
            return true;
        }
        var hold = state.holds().get(task.step());
        return !Holds.concerns(task.kind()) || (hold != null && hold.isHeld());
    }

    /** A step that must not be done twice is begun anew only as something else, or when told. */
    private static void once(Turn turn, RunAction.Dispatch dispatch, Course course) {
        var task = dispatch.task();
        if (task.kind() != TaskKind.STEP || task.attempt() == 1) {
            return;
        }
        var position = course.position(task.step());
        if (course.step(position).effects() != Effects.ONCE) {
            return;
        }
        var before = Objects.requireNonNull(turn.before().steps().get(position));
        var after = Objects.requireNonNull(turn.decision().state().steps().get(position));
        assertThat(
                        after.generation() > before.generation()
                                || before.isAbsent()
                                || neverBegan(before)
                                || after.isAbsent()
                                || turn.event() instanceof EffectAnswered
                                || turn.event() instanceof EffectReconciled
                                || turn.event() instanceof WaitEnded
                                || turn.event() instanceof TaskLost lost && !lost.started())
                .as("%s begun again by %s", task.key(), turn.event())
                .isTrue();
    }

    /** What has no input has not begun. */
    private static boolean neverBegan(StepState step) {
        return step.failure() != null && step.failure().rule().equals(Retries.INPUT_CONFLICT);
    }
}

package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView.StepStatus;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ProblemException;
import dev.kintsugi.server.run.Runs;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.simulation.SimulatedServer.World;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Who brings plans, looks after runs, answers what they ask, and cancels some. */
final class People {
    private static final Duration NIGHT = Duration.ofHours(25);
    private static final int MOST_RUNS_PENDING = 256;
    private static final int UNAVAILABLE = 503;

    private final String tenant;
    private final World world;
    private final Supplier<SimulatedServer> server;
    private final SplittableRandom random;
    private final BiConsumer<String, String> note;
    private final Map<String, String> planOfRun = new LinkedHashMap<>();
    private int plans;
    private final LockWatch locks;
    private boolean nightPassed;

    /**
     * @param server one that is up; throws {@link Faults.Struck} when none is
     * @param note writes down who did what
     */
    People(
            String tenant,
            World world,
            Supplier<SimulatedServer> server,
            SplittableRandom random,
            BiConsumer<String, String> note) {
        this.tenant = tenant;
        this.world = world;
        this.server = server;
        this.random = random;
        this.note = note;
        locks = new LockWatch(world.database().waits(), world.time(), world.invariants());
    }

    /** What is told of locks when all runs have ended. */
    LockWatch locks() {
        return locks;
    }

    /** The runs there are. */
    Set<String> runs() {
        return planOfRun.keySet();
    }

    /** The run's plan; the plan of a run that nobody knows yet has no name. */
    String planOf(String run) {
        return planOfRun.getOrDefault(run, "");
    }

    /** Whether everything that they brought has come to an end. */
    boolean satisfied() {
        return planOfRun.size() == plans
                && runs().stream().allMatch(run -> world.status(run).isFinal());
    }

    /** Somebody brings the plan soon. */
    void bring(String name, Scenario.Written plan) {
        plans++;
        world.invariants().expect(name, plan.promise());
        world.time()
                .after(
                        world.faults().upTo(Duration.ofSeconds(20)),
                        () -> submit(name, plan.text()));
    }

    private void submit(String name, String plan) {
        try {
            var view =
                    server.get()
                            .submit(
                                    tenant,
                                    new Runs.Submission(
                                            plan,
                                            null,
                                            null,
                                            name,
                                            Collections.emptySortedMap(),
                                            null));
            if (planOfRun.put(view.run(), name) == null) {
                world.time().after(Duration.ofSeconds(5), () -> attend(view.run()));
                if (random.nextInt(10) == 0) {
                    world.time()
                            .after(
                                    world.faults().upTo(Duration.ofMinutes(2)),
                                    () -> cancel(view.run()));
                }
            }
        } catch (BadInputException _) {
            plans--; // the run that it needs has failed meanwhile
        } catch (Faults.Struck _) {
            submitAgain(name, plan);
        } catch (ProblemException e) {
            if (e.status() != UNAVAILABLE) {
                throw e;
            }
            submitAgain(name, plan); // it was taken in, by a server of newer rules than this one's
        }
    }

    /** The same key: the same run. */
    private void submitAgain(String name, String plan) {
        world.time().after(Duration.ofSeconds(1), () -> submit(name, plan));
    }

    private void cancel(String run) {
        try {
            note.accept("people", "somebody cancels " + run);
            server.get().runs().cancel(tenant, run, "somebody");
        } catch (Faults.Struck | ProblemException _) {
            // they do not insist
        }
    }

    /** Looks after a run from time to time and answers what it asks. */
    private void attend(String run) {
        if (world.status(run).isFinal()) {
            return;
        }
        world.time().after(Duration.ofSeconds(10), () -> attend(run));
        world.invariants().inTime(run);
        locks.look(tenant);
        if (world.status(run) != RunStatus.WAITING) {
            moves(run);
            return;
        }
        try {
            answer(run, server.get());
        } catch (Faults.Struck | ProblemException _) {
            // they look again later
        }
    }

    private void answer(String run, SimulatedServer asked) {
        var approval = asked.runs().view(tenant, run).approval();
        if (approval == null) {
            answerEffects(run, asked);
        } else if (!nightPassed && random.nextInt(5) == 0) {
            sleepOverIt();
        } else {
            asked.runs()
                    .answerApproval(
                            tenant,
                            run,
                            new ApprovalAnswered(
                                    approval.hash(), random.nextInt(3) > 0, "somebody", null));
        }
    }

    /** Nobody answers and the machine is asleep: everything that was due happens late. */
    private void sleepOverIt() {
        nightPassed = true;
        note.accept("people", "everybody sleeps for " + NIGHT);
        world.time().jump(NIGHT);
        world.invariants().slept();
        locks.slept();
    }

    private void answerEffects(String run, SimulatedServer asked) {
        for (var step : asked.runs().view(tenant, run).steps()) {
            if (step.status() == StepStatus.UNKNOWN) {
                var happened = random.nextBoolean();
                if (!happened) {
                    world.invariants().toldNotHappened(run);
                }
                asked.runs().answerEffect(tenant, run, step.step(), happened, "somebody");
            }
        }
    }

    /** A run that goes on has a task with somebody, or something to take up. */
    private void moves(String run) {
        world.invariants()
                .check(
                        world.status(run).isFinal()
                                || world.database().tasks().hasTaskOf(run)
                                || !world.database().waits().ofRun(tenant, run).isEmpty()
                                || world.database()
                                        .runs()
                                        .pending(MOST_RUNS_PENDING, Envelope.CURRENT_RULES)
                                        .contains(run),
                        "run %s is %s and nothing will move it".formatted(run, world.status(run)));
    }
}

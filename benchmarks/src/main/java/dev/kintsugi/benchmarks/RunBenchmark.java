package dev.kintsugi.benchmarks;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.run.machine.Course;
import dev.kintsugi.server.run.machine.Decision;
import dev.kintsugi.server.run.machine.Envelope;
import dev.kintsugi.server.run.machine.RunMachine;
import dev.kintsugi.server.run.machine.RunState;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it takes to decide what a run does next, and to write an event as it is stored. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RunBenchmark {
    private static final Limits LIMITS = new Limits(900_000, 10_000_000_000L, 10, 5, 86_400_000);
    private static final RunEvent SUCCESS =
            new StepSucceeded("s0", 1, null, null, List.of(), Usage.NONE);

    /** Steps of the run, in a chain. */
    @Param({"10", "1000"})
    int steps;

    private RunMachine machine = new RunMachine(new Course("r", "t", Chains.plan(1)));
    private RunState running = RunState.initial();

    /** A run whose first step is with a worker. */
    @Setup
    public void accept() {
        machine = new RunMachine(new Course("r", "t", Chains.plan(steps)));
        var accepted = new RunAccepted("plan", Ladder.V4, LIMITS);
        running = machine.decide(RunState.initial(), envelope(1), accepted).state();
    }

    @Benchmark
    public Decision decideAfterStepSucceeded() {
        return machine.decide(running, envelope(2), SUCCESS);
    }

    @Benchmark
    public byte[] canonicalEvent() {
        return Json.canonical(SUCCESS);
    }

    private static Envelope envelope(long seq) {
        return new Envelope("r", seq, Instant.EPOCH, seq, Envelope.CURRENT_RULES);
    }
}

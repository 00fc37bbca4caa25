package dev.kintsugi.server.simulation;

import dev.kintsugi.client.event.RunStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How long runs have worked, in true time and counted apart from what the engine counts: while they
 * are running or repairing, not while they wait for somebody or roll back.
 */
final class WorkingTime {
    /** Longest until somebody ends a run whose time is over: turns that fail are taken again. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SimulatedTime time;
    private final Map<String, Work> works = new HashMap<>();
    private Duration awakeSince = Duration.ZERO;

    WorkingTime(SimulatedTime time) {
        this.time = time;
    }

    /**
     * A run's work.
     *
     * @param done before the stretch that goes on, or until it stopped
     * @param since when the stretch began that goes on
     */
    private record Work(Duration done, Duration since, boolean goesOn) {}

    /** From now on the run stands there. */
    void stands(String run, RunStatus status) {
        var goesOn = status == RunStatus.RUNNING || status == RunStatus.REPAIRING;
        works.put(run, new Work(of(run), time.elapsed(), goesOn));
    }

    /** The run's work until now. */
    Duration of(String run) {
        var work = works.getOrDefault(run, new Work(Duration.ZERO, Duration.ZERO, false));
        return work.goesOn ? work.done.plus(time.elapsed()).minus(work.since) : work.done;
    }

    /** The machine stood still: what was due meanwhile happens now. */
    void slept() {
        awakeSince = time.elapsed();
    }

    /** Whether the run goes on although it should have been stopped since. */
    boolean isOver(String run, Duration limit) {
        var work = works.get(run);
        return work != null
                && work.goesOn
                && of(run).compareTo(limit.plus(PATIENCE)) > 0
                && time.elapsed().minus(awakeSince).compareTo(PATIENCE) > 0;
    }
}

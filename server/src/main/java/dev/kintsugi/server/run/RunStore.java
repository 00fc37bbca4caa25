package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps runs, their logs, inboxes and timers. Every method is called inside a transaction. */
public interface RunStore {

    /**
     * Adds a run.
     *
     * @return false when the tenant has one with the same submission key already
     */
    boolean add(RunRow run);

    /** The run, locked against other turns until the transaction ends. */
    Optional<RunRow> lock(String run);

    Optional<RunRow> find(String run);

    Optional<RunRow> submitted(String tenant, String submission);

    /**
     * Newest first; {@code before} names the last run of the page before, null for the first page.
     */
    List<RunRow> list(String tenant, @Nullable String status, @Nullable String before, int max);

    /** Writes the run's new head. */
    void save(RunRow run);

    /** Puts an event in the run's inbox; takes no lock on the run. */
    void post(String tenant, String run, RunEvent event);

    /** Takes the oldest events out of the run's inbox. */
    List<RunEvent> drain(String run, int max);

    /** Runs whose inbox is not empty. */
    List<String> pending(int max);

    void append(String tenant, String run, List<LoggedEvent> events);

    /** Events after {@code seq}, in order. */
    List<LoggedEvent> events(String run, long after, int max);

    void startTimer(String tenant, String run, String timer, Instant dueAt);

    void stopTimer(String run, String timer);

    /** Takes timers out that are due. */
    List<DueTimer> due(Instant now, int max);

    void snapshot(String tenant, String run, long seq, byte[] state);

    Optional<Snapshot> snapshot(String run);

    /** How many runs have not ended and wait for nobody. */
    int going();

    /** A timer that is due. */
    record DueTimer(String tenant, String run, String timer) {}

    /** A state kept so that not all events need folding again. */
    record Snapshot(long seq, byte[] state) {}
}

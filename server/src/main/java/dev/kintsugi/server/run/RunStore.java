package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.server.waiting.WaitingRuns.Standing;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Keeps runs, their logs, inboxes and timers. Every method is called inside a transaction. */
public interface RunStore {

    /**
     * Adds runs.
     *
     * @return the ids of those that were added: not of one whose tenant has one with the same
     *     submission key already
     */
    Set<String> add(List<NewRun> runs);

    /**
     * Those of the runs that there are, locked against other turns until the transaction ends; in
     * the order of their ids, so that two turns never wait for each other.
     */
    SortedMap<String, RunRow> lock(SortedSet<String> runs);

    Optional<RunRow> find(String run);

    Optional<RunRow> submitted(String tenant, String submission);

    /** Contents that the text names count as put anew, so that no sweep takes them away soon. */
    void keepContents(String tenant, String text);

    /** Runs that go on and were started from this one, or from those that were, by id. */
    List<String> descendants(String tenant, String run, int max);

    /** The run's plan as canonical JSON. */
    String plan(String run);

    /**
     * What clients see of a tenant's runs, newest first; {@code before} names the last run of the
     * page before, null for the first page.
     */
    List<String> views(String tenant, @Nullable String status, @Nullable String before, int max);

    /** Writes where runs stand now. */
    void save(List<Head> heads);

    /** Puts an event in the run's inbox; takes no lock on the run. */
    void post(String tenant, String run, RunEvent event);

    /** Takes the oldest events out of the runs' inboxes, together at most so many. */
    List<Posted> drain(Set<String> runs, int max);

    /** Runs whose inbox is not empty, of those that go by these rules or earlier ones. */
    List<String> pending(int max, int rules);

    void append(List<Entry> entries);

    /** Events after {@code seq}, in order. */
    List<LoggedEvent> events(String run, long after, int max);

    /** Adds to what is counted of runs' repairs; at most once for a run and phase. */
    void count(List<RepairCount> repairs);

    /** Starts each timer, anew when it runs already. */
    void startTimers(List<Timer> timers);

    /** Stops those that run. */
    void stopTimers(List<TimerName> timers);

    /** Takes timers out that are due. */
    List<Timer> due(Instant now, int max);

    void snapshot(String tenant, String run, long seq, byte[] state);

    Optional<Snapshot> snapshot(String run);

    /** Where those of the tenant's runs stand that there are. */
    SortedMap<String, Standing> standing(String tenant, Set<String> runs);

    /** Ids of the tenant's runs that were submitted under these keys, by key. */
    SortedMap<String, String> submitted(String tenant, Set<String> submissions);

    /** How many runs have not ended and wait for no human. */
    int going();

    /** How many of them are the tenant's, counted up to so many. */
    int active(String tenant, int most);

    /** How many runs of the tenant were handed in since, counted up to so many. */
    int since(String tenant, Instant from, int most);

    /** Adds to what tenants spent; a tenant and day at most once in the list. */
    void spend(List<Spent> spent);

    /** What the tenant's runs cost since, in billionths of a US dollar. */
    long spent(String tenant, LocalDate from);

    /** How many bytes of contents and logs are kept for the tenant. */
    long stored(String tenant);

    /**
     * What a tenant's runs cost on a day (UTC).
     *
     * @param nanoUsd in billionths of a US dollar, more than 0
     */
    record Spent(String tenant, LocalDate day, long nanoUsd) {}

    /**
     * A run to be added.
     *
     * @param plan canonical JSON; never changed
     * @param view what clients see, without steps, as JSON
     */
    record NewRun(RunRow row, String plan, String view) {}

    /**
     * Where a run stands after a turn.
     *
     * @param view what clients see, without steps, as JSON; follows from the events
     */
    record Head(RunRow row, String view) {}

    /** An event that came into a run's inbox. */
    record Posted(String run, RunEvent event) {}

    /** An event of a run's log. */
    record Entry(String tenant, String run, LoggedEvent event) {}

    /** How many repairs of a kind a run tried, and how many of them were verified. */
    record RepairCount(String tenant, String run, Phase phase, int tried, int verified) {}

    /** A timer's name, unique in its run. */
    record TimerName(String run, String timer) {}

    /** A timer that runs. */
    record Timer(String tenant, TimerName name, Instant dueAt) {}

    /** A state kept so that not all events need folding again. */
    record Snapshot(long seq, byte[] state) {}
}

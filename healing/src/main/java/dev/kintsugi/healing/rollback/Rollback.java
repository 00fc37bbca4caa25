package dev.kintsugi.healing.rollback;

import dev.kintsugi.healing.rollback.Journal.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Units of work that can be taken back. Immutable but for what is open; safe for use by many
 * threads.
 *
 * <pre>{@code
 * var rollback = Rollback.with(Journal.file(path), Map.of("release-seat", seats::release));
 * rollback.recover();                        // on start: what a crash left
 * CompensationLog trip = rollback.begin("trip-77");
 * trip.record("release-seat", "12A");        // before the seat is taken
 * ...
 * trip.succeeded();                          // or trip.run(), in reverse order
 * }</pre>
 */
public final class Rollback {

    /** Most compensations that a rollback knows. */
    public static final int MAX_COMPENSATIONS = 1_000;

    /** Most units open at a time. */
    public static final int MAX_OPEN = 10_000;

    private final Journal journal;
    private final SortedMap<String, Compensation> compensations;
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    /** Units that were open when this began, and are yet to be recovered. */
    private final Set<String> left = ConcurrentHashMap.newKeySet();

    private Rollback(Journal journal, SortedMap<String, Compensation> compensations) {
        this.journal = journal;
        this.compensations = compensations;
        journal.open().forEach(entry -> left.add(entry.unit()));
    }

    /**
     * @param compensations by name, 1 to {@value #MAX_COMPENSATIONS}
     */
    public static Rollback with(Journal journal, Map<String, Compensation> compensations) {
        Objects.requireNonNull(journal, "journal");
        int given = compensations.size();
        if (given < 1 || given > MAX_COMPENSATIONS) {
            throw new IllegalArgumentException(
                    "compensations must be in [1, %d], were %d"
                            .formatted(MAX_COMPENSATIONS, given));
        }
        return new Rollback(
                journal, Collections.unmodifiableSortedMap(new TreeMap<>(compensations)));
    }

    /**
     * Begins a unit of work.
     *
     * @param unit its name, which no other open unit has
     */
    public CompensationLog begin(String unit) {
        Objects.requireNonNull(unit, "unit");
        if (left.contains(unit) || !begun.add(unit)) {
            throw new IllegalArgumentException("unit must not be open, was " + unit);
        }
        if (begun.size() > MAX_OPEN) {
            begun.remove(unit);
            throw new IllegalStateException("open units must be at most " + MAX_OPEN);
        }
        return new CompensationLog(this, unit, List.of());
    }

    /**
     * Takes back what a crash left of units that were open when this began. What was running when
     * the crash came is run again only if it is idempotent.
     *
     * @return what became of each, in the order in which they were begun
     */
    public List<RolledBack> recover() {
        var units = new LinkedHashMap<String, List<Entry>>();
        for (Entry entry : journal.open()) {
            if (left.contains(entry.unit())) {
                units.computeIfAbsent(entry.unit(), _ -> new ArrayList<>()).add(entry);
            }
        }
        var results = new ArrayList<RolledBack>();
        units.forEach(
                (unit, entries) -> results.add(new CompensationLog(this, unit, entries).run()));
        return results;
    }

    Journal journal() {
        return journal;
    }

    /** The compensations by name. */
    SortedMap<String, Compensation> compensations() {
        return compensations;
    }

    void ended(RolledBack result) {
        begun.remove(result.unit());
        if (result.count(RolledBack.Outcome.MISSING) == 0) {
            left.remove(result.unit());
        }
    }
}

package dev.kintsugi.client.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads what a step waits for: {@code locks}, {@code needsRun} and {@code patience}. */
final class WaitsReader {
    static final List<String> FIELDS = List.of("locks", "needsRun", "patience");
    static final Duration DEFAULT_PATIENCE = Duration.ofHours(24);

    private static final Duration MIN_PATIENCE = Duration.ofSeconds(1);
    private static final Duration MAX_PATIENCE = Duration.ofHours(168);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]*");
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]+");

    private WaitsReader() {}

    /** Null when the step waits for nothing but its needs. */
    static @Nullable Waits read(Fields step) {
        var locks = locks(step);
        var runs =
                step.list("needsRun", Waits.MAX_RUNS).stream().map(WaitsReader::neededRun).toList();
        var patience = step.get("patience").map(p -> p.duration(MIN_PATIENCE, MAX_PATIENCE));
        if (locks.isEmpty() && runs.isEmpty()) {
            if (patience.isPresent()) {
                step.errorAtKey("patience", "patience needs locks or needsRun to wait for");
            }
            return null;
        }
        return new Waits(locks, runs, patience.orElse(DEFAULT_PATIENCE));
    }

    private static List<Lock> locks(Fields step) {
        var locks = new ArrayList<Lock>();
        var names = new HashSet<String>();
        for (var place : step.list("locks", Waits.MAX_LOCKS)) {
            var lock = lock(place);
            if (!names.add(lock.name()) && !lock.name().isEmpty()) {
                place.error("\"%s\" is listed twice".formatted(Place.shown(lock.name())));
            }
            locks.add(lock);
        }
        return locks;
    }

    private static Lock lock(Place place) {
        if (!place.isMapping()) {
            return new Lock(name(place), 1, 1, false);
        }
        var fields = Fields.of(place, List.of("name", "permits", "limit", "keep"));
        var name = fields.required("name").map(WaitsReader::name).orElse("");
        var limit = fields.get("limit").map(n -> n.integer(1, Lock.MAX_LIMIT)).orElse(1);
        var permits = fields.get("permits").map(n -> n.integer(1, Lock.MAX_LIMIT)).orElse(1);
        if (permits > limit) {
            place.error(
                    "takes %d permits of a limit of %d: it would wait for ever"
                            .formatted(permits, limit));
        }
        return new Lock(name, permits, limit, fields.get("keep").map(Place::truth).orElse(false));
    }

    private static String name(Place place) {
        var name = place.text(Lock.MAX_NAME);
        if (!name.isBlank() && !NAME.matcher(name).matches()) {
            place.error(
                    "\"%s\" is no name of a lock: letters, digits, dot, dash, slash and underscore; a letter or digit first"
                            .formatted(Place.shown(name)));
        }
        return name;
    }

    private static NeededRun neededRun(Place place) {
        if (place.is(Tag.STR) || !place.isMapping()) {
            return new NeededRun(token(place), null);
        }
        var fields = Fields.of(place, List.of("key"));
        return new NeededRun(null, fields.required("key").map(WaitsReader::token).orElse(""));
    }

    private static String token(Place place) {
        var text = place.text(NeededRun.MAX_NAME);
        if (!text.isBlank() && !KEY.matcher(text).matches()) {
            place.error("must be a run's id, or {key: …}, in visible ASCII without blanks");
        }
        return text;
    }
}

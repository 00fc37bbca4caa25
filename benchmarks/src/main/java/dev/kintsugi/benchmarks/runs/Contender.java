package dev.kintsugi.benchmarks.runs;

import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import java.nio.file.Path;

/** What is measured beside one another. */
enum Contender {
    KINTSUGI("Kintsugi", true),
    DBOS("DBOS Transact 1.1.0-m6", true),
    DB_SCHEDULER("db-scheduler 16.12", true),
    TEMPORAL("Temporal test server 1.38", false),
    FLOOR("the same commits by hand", true);

    private final String title;
    private final boolean durable;

    Contender(String title, boolean durable) {
        this.title = title;
        this.durable = durable;
    }

    String title() {
        return title;
    }

    /** Whether it keeps its runs in a database; else they are in memory alone. */
    boolean isDurable() {
        return durable;
    }

    /** The name of its database. */
    String database() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Starts it.
     *
     * @param database of its own; empty
     * @param folder of its own; empty
     */
    Engine open(DatabaseLogin database, Path folder) throws Exception {
        return switch (this) {
            case KINTSUGI -> KintsugiEngine.open(database, folder);
            case DBOS -> DbosEngine.open(database);
            case DB_SCHEDULER -> SchedulerEngine.open(database);
            case TEMPORAL -> TemporalEngine.open();
            case FLOOR -> FloorEngine.open(database);
        };
    }
}

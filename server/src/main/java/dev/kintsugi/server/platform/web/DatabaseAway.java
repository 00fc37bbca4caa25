package dev.kintsugi.server.platform.web;

import dev.kintsugi.server.platform.ProblemResponse;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Set;

/**
 * A database that a request could not begin to change: no connection was to be had, or it only
 * reads. Clients ask again by themselves, so none of it is a connection that broke: what that had
 * done may have been kept.
 */
final class DatabaseAway {
    /** Well within a lease, as workers heed it. */
    static final int RETRY_AFTER_SECONDS = 5;

    static final ProblemResponse PROBLEM =
            ProblemResponse.of(
                    503,
                    "database_away",
                    "No database",
                    "The server's database is away or only reads. Ask again in %d s."
                            .formatted(RETRY_AFTER_SECONDS),
                    List.of());

    private static final int MOST_CAUSES = 20;

    /** Read-only; no connection; too many of them; not ready yet. */
    private static final Set<String> STATES = Set.of("25006", "08001", "53300", "57P03");

    private DatabaseAway() {}

    static boolean isCauseOf(Throwable thrown) {
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            if (cause instanceof SQLTransientConnectionException
                    || cause instanceof SQLException sql
                            && sql.getSQLState() instanceof String state
                            && STATES.contains(state)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}

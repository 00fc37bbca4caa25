package dev.kintsugi.server.healing;

import dev.kintsugi.healing.breaker.BreakerPhase;
import dev.kintsugi.healing.breaker.BreakerState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What tables of breakers have in common; probes in flight and failures are not among it. */
final class BreakerColumns {
    private BreakerColumns() {}

    /** Parameters named as the columns, and {@code opened_at}, which is null while closed. */
    static Map<String, @Nullable Object> of(BreakerState state) {
        Instant openedAt = state.openedAt();
        var values = new TreeMap<String, @Nullable Object>();
        values.put("state", state.phase().key());
        values.put("success_count", state.successCount());
        values.put("opened_at", openedAt == null ? null : Timestamp.from(openedAt));
        values.put("isolated", state.isolated());
        values.put("since_permit", state.since());
        values.put("last_permit", state.lastPermit());
        return values;
    }

    /**
     * @param failures in a row, while closed
     */
    static BreakerState read(ResultSet row, int failures) throws SQLException {
        Timestamp openedAt = row.getTimestamp("opened_at");
        return new BreakerState(
                BreakerPhase.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                failures,
                row.getInt("success_count"),
                openedAt == null ? null : openedAt.toInstant(),
                row.getBoolean("isolated"),
                row.getLong("since_permit"),
                row.getLong("last_permit"),
                new TreeMap<>());
    }
}

package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.ComponentStats.RecordedError;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.Severity;
import java.sql.Timestamp;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The last failures of components. Called inside a transaction of the tenant. */
final class ErrorRows {
    /** How many of a component are remembered. */
    static final int HISTORY = 20;

    private final JdbcClient jdbc;

    ErrorRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds the last of these, in order. */
    void add(String tenant, String component, List<RecordedError> errors) {
        for (RecordedError error :
                errors.subList(Math.max(0, errors.size() - HISTORY), errors.size())) {
            jdbc.sql(
                            """
                            insert into healing_error (tenant_id, component, at, error_id, severity, category, operation,
                                message, request_id, user_id)
                            values (:tenant, :component, :at, :error, :severity, :category, :operation, :message, :request,
                                :user)
                            """)
                    .param("tenant", tenant)
                    .param("component", component)
                    .param("at", Timestamp.from(error.at()))
                    .param("error", error.errorId())
                    .param("severity", lower(error.severity()))
                    .param("category", lower(error.category()))
                    .param("operation", error.operation())
                    .param("message", error.message())
                    .param("request", error.requestId())
                    .param("user", error.userId())
                    .update();
        }
        if (!errors.isEmpty()) {
            jdbc.sql(
                            """
                            delete from healing_error where tenant_id = :tenant and component = :component and id <=
                                (select id from healing_error where tenant_id = :tenant and component = :component
                                 order by id desc offset :history limit 1)
                            """)
                    .param("tenant", tenant)
                    .param("component", component)
                    .param("history", HISTORY)
                    .update();
        }
    }

    /** The last ones, newest first. */
    List<RecordedError> of(String tenant, String component) {
        return jdbc.sql(
                        "select * from healing_error where tenant_id = ? and component = ? order by id desc")
                .params(tenant, component)
                .query((row, _) ->
                        new RecordedError(
                                row.getTimestamp("at").toInstant(),
                                row.getString("error_id"),
                                Severity.valueOf(upper(row.getString("severity"))),
                                FailureCategory.valueOf(upper(row.getString("category"))),
                                row.getString("operation"),
                                row.getString("message"),
                                row.getString("request_id"),
                                row.getString("user_id")))
                .list();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String upper(String key) {
        return key.toUpperCase(Locale.ROOT);
    }
}

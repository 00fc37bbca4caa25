package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.DeadLetterView;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.server.platform.Columns;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Calls that were given up. Called inside a transaction of the tenant. */
final class DeadLetterRows {
    /** How many of a tenant are kept. */
    static final int HISTORY = 1_000;

    private final JdbcClient jdbc;

    DeadLetterRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds these, in order. */
    void add(String tenant, List<DeadLetterView> letters) {
        if (letters.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        insert into healing_dead_letter
                            (tenant_id, at, component, operation, category, reason, error_id, request_id, user_id, count)
                        select :tenant, at, component, operation, category, reason, error_id, request_id, user_id, count
                        from unnest(:at::timestamptz[], :components::text[], :operations::text[], :categories::text[],
                                    :reasons::text[], :errors::text[], :requests::text[], :users::text[], :counts::bigint[])
                            with ordinality as letter (at, component, operation, category, reason, error_id, request_id,
                                user_id, count, place)
                        order by place
                        """)
                .param("tenant", tenant)
                .param("at", Columns.times(letters, DeadLetterView::at))
                .param("components", Columns.texts(letters, DeadLetterView::component))
                .param("operations", Columns.texts(letters, DeadLetterView::operation))
                .param(
                        "categories",
                        Columns.texts(letters, it -> it.category().name().toLowerCase(Locale.ROOT)))
                .param("reasons", Columns.texts(letters, DeadLetterView::reason))
                .param("errors", Columns.texts(letters, DeadLetterView::errorId))
                .param("requests", Columns.texts(letters, DeadLetterView::requestId))
                .param("users", Columns.texts(letters, DeadLetterView::userId))
                .param("counts", Columns.numbers(letters, it -> (long) it.count()))
                .update();
        jdbc.sql(
                        """
                        delete from healing_dead_letter where tenant_id = :tenant and id <=
                            (select id from healing_dead_letter where tenant_id = :tenant
                             order by id desc offset :history limit 1)
                        """)
                .param("tenant", tenant)
                .param("history", HISTORY)
                .update();
    }

    /** The last ones, newest first. */
    List<DeadLetterView> recent(String tenant, int count) {
        return jdbc.sql(
                        "select * from healing_dead_letter where tenant_id = ? order by id desc limit ?")
                .params(tenant, count)
                .query((row, _) ->
                        new DeadLetterView(
                                row.getTimestamp("at").toInstant(),
                                row.getString("component"),
                                row.getString("operation"),
                                FailureCategory.valueOf(
                                        row.getString("category").toUpperCase(Locale.ROOT)),
                                row.getString("reason"),
                                row.getString("error_id"),
                                row.getString("request_id"),
                                row.getString("user_id"),
                                row.getInt("count")))
                .list();
    }
}

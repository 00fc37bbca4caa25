package dev.kintsugi.server.budget;

import dev.kintsugi.server.platform.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.springframework.jdbc.core.JdbcTemplate;

final class PostgresBudgetsTest extends BudgetsContract {
    private final TestDatabase database = TestDatabase.fresh().tenants("default");

    @AfterEach
    void close() {
        database.close();
    }

    @Override
    Opened opened() {
        database.transactions()
                .asSystem(() ->
                        database.jdbc()
                                .sql(
                                        """
                                        insert into run (tenant_id, run_id, name, status, plan, rules, seq,
                                                         mac, view, created_at)
                                        values ('default', ?, 'p', 'queued', '{}', 1, 0, '', '{}', now())
                                        """)
                                .param(RUN)
                                .update());
        return new Opened(
                new PostgresBudgets(new JdbcTemplate(database.dataSource())),
                database.transactions());
    }
}

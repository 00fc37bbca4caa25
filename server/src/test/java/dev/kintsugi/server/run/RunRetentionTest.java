package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.server.platform.KeepSettings;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.queue.Completion;
import dev.kintsugi.server.queue.PostgresStepLogs;
import dev.kintsugi.server.queue.PostgresTaskStore;
import dev.kintsugi.server.queue.TaskOutcome;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.queue.TaskStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

class RunRetentionTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private final TestDatabase db = TestDatabase.fresh().tenants("acme", "busy");

    @Test
    void deletesWhatIsOverAndOldInAsManyBatchesAsItTakes() {
        for (int i = 0; i < 2 * RunRetention.RUNS + 1; i++) {
            run("acme", "old-" + i, 40, "31");
        }
        run("acme", "new", 40, "29");
        run("acme", "going", 3, "null");
        blob("acme", "a", 40);
        blob("acme", "b", 2);

        retention().apply();

        assertThat(column("select run_id from run")).containsExactlyInAnyOrder("new", "going");
        assertThat(column("select distinct run_id from run_event"))
                .containsExactlyInAnyOrder("new", "going");
        assertThat(column("select distinct run_id from step_log"))
                .containsExactlyInAnyOrder("new", "going");
        // the run that is kept began when the first was put, and may refer to it
        assertThat(column("select left(hash, 1) from blob")).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void deletesContentsThatNoRunCanReferTo() {
        run("acme", "young", 10, "null");
        run("busy", "long", 50, "null");
        blob("acme", "a", 31);
        blob("acme", "b", 29);
        blob("busy", "c", 45);

        retention().apply();

        assertThat(column("select left(hash, 1) from blob")).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void deletesTasksMeasurementsAndMessagesByTheirAge() {
        for (var status : List.of("done", "lost", "cancelled")) {
            task(status, "8");
            task(status, "6");
        }
        task("queued", "null");
        for (int days : new int[] {31, 29}) {
            execute(
                    "insert into mb_v4_agent_metrics (tenant_id, agent_name, queue_name, metric_type, metric_value, metric_unit, timestamp) values ('acme', '%d', 'io', 'latency', 1, 'seconds', %s)"
                            .formatted(days, ago(days)));
        }
        message("delivered_at", 8);
        message("delivered_at", 6);
        message("dead_at", 8);
        execute(
                "insert into outbox (tenant_id, kind, body, created_at, next_at) values ('acme', 'approval_needed', 'waiting', %s, now())"
                        .formatted(ago(90)));

        retention().apply();

        assertThat(column("select lease_key from mb_v4_queue_lease"))
                .containsExactlyInAnyOrder("done:6", "lost:6", "cancelled:6", "queued:null");
        assertThat(column("select agent_name from mb_v4_agent_metrics")).containsExactly("29");
        assertThat(column("select body from outbox"))
                .containsExactlyInAnyOrder("delivered_at:6", "waiting");
    }

    @Test
    void deletesWhoChangedWhatByItsAge() {
        for (int days : new int[] {31, 29}) {
            execute(
                    "insert into audit_entry (tenant_id, at, key_label, action) values ('acme', %s, 'k', '%d')"
                            .formatted(ago(days), days));
        }

        retention().apply();

        assertThat(column("select action from audit_entry")).containsExactly("29");
    }

    private RunRetention retention() {
        var nobody =
                new TaskOutcome() {
                    @Override
                    public List<LeasedTask> completed(Completion completion) {
                        return List.of();
                    }

                    @Override
                    public void lost(TaskStore.Ended lease, boolean begun, String reason) {}
                };
        var queue =
                new TaskQueue(
                        db.transactions(),
                        new PostgresTaskStore(new JdbcTemplate(db.dataSource()), "home"),
                        new PostgresStepLogs(db.transactions(), db.jdbc()),
                        nobody,
                        () -> NOW);
        var week = Duration.ofDays(7);
        var month = Duration.ofDays(30);
        return new RunRetention(
                db.transactions(),
                db.jdbc(),
                queue,
                new KeepSettings(month, week, month, week, month),
                () -> NOW);
    }

    private void run(String tenant, String run, int began, String ended) {
        execute(
                "insert into run (tenant_id, run_id, name, status, plan, rules, seq, mac, view, created_at, finished_at) values ('%s', '%s', 'x', 'x', '{}', 1, 1, '', '{}', %s, %s)"
                        .formatted(
                                tenant,
                                run,
                                ago(began),
                                ended.equals("null") ? ended : ago(ended)));
        execute(
                "insert into run_event (tenant_id, run_id, seq, body, mac, notes) values ('%s', '%s', 1, '', '', '[]')"
                        .formatted(tenant, run));
        for (int piece = 0; piece < 3; piece++) {
            execute(
                    "insert into step_log (tenant_id, lease_key, at_byte, bytes) values ('%s', '%s:a:1', %d, '')"
                            .formatted(tenant, run, piece));
        }
    }

    private void blob(String tenant, String letter, int days) {
        execute(
                "insert into blob (tenant_id, hash, content, created_at) values ('%s', '%s', '', %s)"
                        .formatted(tenant, letter.repeat(64), ago(days)));
    }

    private void task(String status, String ended) {
        execute(
                "insert into mb_v4_queue_lease (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at, task, ended_at) values ('io', 'acme', '%s:%s', '%s', 'r', 'step', 0, now(), '{}', %s)"
                        .formatted(
                                status, ended, status, ended.equals("null") ? ended : ago(ended)));
    }

    private void message(String how, int days) {
        execute(
                "insert into outbox (tenant_id, kind, body, created_at, next_at, %s) values ('acme', 'approval_needed', '%s:%d', %s, now(), %s)"
                        .formatted(how, how, days, ago(90), ago(days)));
    }

    private static String ago(Object days) {
        return "timestamptz '%s' - interval '%s days'".formatted(NOW, days);
    }

    private void execute(String sql) {
        db.transactions().asSystem(() -> db.jdbc().sql(sql).update());
    }

    private List<String> column(String sql) {
        return db.transactions().asSystem(() -> db.jdbc().sql(sql).query(String.class).list());
    }
}

package dev.kintsugi.server.history;

import dev.kintsugi.server.platform.KeepSettings;
import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.tenant.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs of a database as they are some days after their end. */
final class PastRuns {
    static final Instant NOW = Instant.parse("2026-06-20T00:00:00Z");

    private static final List<String> TABLES =
            List.of(
                    "run",
                    "run_event",
                    "mb_v4_run_budget",
                    "run_repair",
                    "run_snapshot",
                    "run_history",
                    "run_event_history",
                    "run_budget_history",
                    "run_repair_history",
                    "step_log");

    final TestDatabase db = TestDatabase.fresh();
    private final Map<String, String> environment = new TreeMap<>();

    PastRuns tenants(String... names) {
        db.tenants(names);
        return this;
    }

    PastRuns environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    PastRuns keeps(String tenant, int days) {
        execute(
                "insert into setting (tenant_id, name, value, updated_at) values ('%s', 'keep_runs_days', '%d', now())"
                        .formatted(tenant, days));
        return this;
    }

    History history() {
        return new History(db.transactions(), db.jdbc(), () -> NOW);
    }

    /** All sweeps of the database, after what has ended was moved. */
    Gc gc() {
        history().move();
        var week = Duration.ofDays(7);
        var month = Duration.ofDays(30);
        return new Gc(
                Gc.ofDatabase(
                        db.transactions(),
                        db.jdbc(),
                        new Kept(
                                db.transactions(),
                                db.jdbc(),
                                new Settings(db.jdbc(), environment::get)),
                        new KeepSettings(week, month, week, month),
                        () -> NOW),
                () -> NOW);
    }

    /**
     * A run with a row in each table, and three pieces of output.
     *
     * @param ended days ago; negative for one that goes on
     */
    void run(String tenant, String run, double began, double ended, String... contents) {
        execute(
                "insert into run (tenant_id, run_id, name, status, plan, rules, seq, mac, view, created_at, finished_at, submission) values ('%s', '%s', 'x', '%s', '{}', 1, 1, '', '{}', %s, %s, '%s')"
                        .formatted(
                                tenant,
                                run,
                                ended < 0 ? "running" : "failed",
                                ago(began),
                                ended < 0 ? "null" : ago(ended),
                                run));
        for (var table :
                List.of(
                        "run_event (tenant_id, run_id, seq, body, mac, notes) values ('%s', '%s', 1, '{\"hashes\": \"%s\"}', '', '[]')",
                        "run_snapshot (tenant_id, run_id, seq, state) values ('%s', '%s', 1, '%s')",
                        "mb_v4_run_budget (tenant_id, run_id, budget_type, budget_limit, budget_unit, created_at, updated_at) values ('%s', '%s', 'cost', 1, 'nano_usd', now(), now()) -- %s",
                        "run_repair (tenant_id, run_id, phase, tried, verified) values ('%s', '%s', 'retry', 1, 1) -- %s")) {
            execute("insert into " + table.formatted(tenant, run, String.join(" ", contents)));
        }
        for (int piece = 0; piece < 3; piece++) {
            execute(
                    "insert into step_log (tenant_id, lease_key, at_byte, bytes) values ('%s', '%s:a:1', %d, 'abc')"
                            .formatted(tenant, run, piece));
        }
    }

    /** A content whose hash is this letter 64 times. */
    String content(String tenant, String letter, int days) {
        var hash = letter.repeat(64);
        execute(
                "insert into blob (tenant_id, hash, content, created_at) values ('%s', '%s', 'abcd', %s)"
                        .formatted(tenant, hash, ago(days)));
        return hash;
    }

    /** Runs that have a row in any table. */
    List<String> runsAnywhere() {
        return column(
                "select distinct run_id from (%s) every_where order by 1"
                        .formatted(
                                String.join(
                                        " union all ",
                                        TABLES.stream()
                                                .map(table -> "select run_id from " + table)
                                                .toList())));
    }

    static String ago(double days) {
        return "timestamptz '%s' - interval '%s days'".formatted(NOW, days);
    }

    void execute(String sql) {
        db.transactions().asSystem(() -> db.jdbc().sql(sql).update());
    }

    List<String> column(String sql) {
        return db.transactions().asSystem(() -> db.jdbc().sql(sql).query(String.class).list());
    }
}

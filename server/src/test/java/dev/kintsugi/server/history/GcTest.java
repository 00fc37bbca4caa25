package dev.kintsugi.server.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.server.platform.NotFoundException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GcTest {
    private final PastRuns runs = new PastRuns().tenants("acme", "busy");

    @AfterEach
    void close() {
        runs.db.close();
    }

    @Test
    void deletesWhatATenantKeptLongEnoughEverywhereAndNothingOfAnother() {
        runs.keeps("acme", 5);
        for (int i = 0; i < 2 * EndedRuns.RUNS + 1; i++) {
            runs.run("acme", "acme-%03d".formatted(i), 10, 6);
        }
        runs.run("acme", "acme-young", 10, 4);
        runs.run("busy", "busy-old", 10, 6, runs.content("busy", "a", 8));
        runs.run("acme", "acme-last", 10, 6, runs.content("acme", "a", 8));
        runs.run("busy", "busy-over", 40, 31, runs.content("busy", "b", 35));

        runs.gc().sweep();

        assertThat(runs.runsAnywhere()).containsExactly("acme-young", "busy-old");
        assertThat(runs.column("select tenant_id || left(hash, 1) from blob"))
                .containsExactly("busya");
    }

    @Test
    void keepsRunsAsLongAsThePlatformRequires() {
        runs.environment("KINTSUGI_KEEP_RUNS_MIN_DAYS", "20").keeps("acme", 5);
        runs.run("acme", "within", 30, 19);
        runs.run("acme", "over", 30, 21);

        runs.gc().sweep();

        assertThat(runs.runsAnywhere()).containsExactly("within");
    }

    @Test
    void dropsMonthsThatAreOverAndEmpty() {
        runs.keeps("busy", 3_650);
        runs.run("acme", "march", 100, 95);
        runs.run("acme", "april", 70, 65);
        runs.run("busy", "kept", 70, 65);
        runs.run("acme", "june", 5, 1);
        runs.history().move();
        assertThat(partitions())
                .containsExactly(
                        "run_history_2026_03", "run_history_2026_04", "run_history_2026_06");

        runs.gc().sweep();

        assertThat(partitions()).containsExactly("run_history_2026_04", "run_history_2026_06");
        assertThat(runs.column("select relname from pg_class where relname like '%2026_03'"))
                .isEmpty();
        assertThat(runs.runsAnywhere()).containsExactly("june", "kept");
    }

    private List<String> partitions() {
        return runs.column(
                "select relname from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'run_history'::regclass order by 1");
    }

    @Test
    void saysWhatItWouldDeleteAndDoesNot() {
        runs.run("acme", "over", 40, 31, runs.content("acme", "a", 35));
        runs.content("acme", "b", 3);
        runs.execute(
                "insert into audit_entry (tenant_id, at, key_label, action) values ('acme', %s, 'k', 'a')"
                        .formatted(PastRuns.ago(31)));
        var gc = runs.gc();

        for (var kind : List.of("runs", "contents", "audit")) {
            var told = gc.sweep(kind, true);
            var again = gc.sweep(kind, true);
            var done = gc.sweep(kind, false);

            // the run that was deleted before frees a content
            assertThat(told.count()).as(kind).isEqualTo(kind.equals("contents") ? 2 : 1);
            assertThat(told.bytes()).as(kind).isPositive();
            assertThat(again).isEqualTo(told);
            assertThat(done).isEqualTo(told);
            assertThat(gc.sweep(kind, true)).isEqualTo(Swept.NOTHING);
        }
        assertThat(runs.runsAnywhere()).isEmpty();
        assertThatThrownBy(() -> gc.sweep("everything", false))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void deletesContentsThatNoRunNames() {
        runs.run("acme", "going", 9, -1, runs.content("acme", "a", 8));
        runs.run("acme", "ended", 9, 7, runs.content("acme", "b", 8));
        runs.execute(
                "insert into run_inbox (tenant_id, run_id, body) values ('acme', 'going', '{\"output\": \"%s\"}')"
                        .formatted(runs.content("acme", "c", 8)));
        runs.execute(
                "insert into mb_v4_queue_lease (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at, task) values ('io', 'acme', 'going:a:1', 'queued', 'going', 'step', 0, now(), '{\"diff\": \"%s\"}')"
                        .formatted(runs.content("acme", "d", 8)));
        runs.content("acme", "e", 3);
        runs.content("acme", "f", 1);
        runs.content("busy", "a", 3);

        runs.gc().sweep();

        assertThat(runs.column("select tenant_id || left(hash, 1) from blob order by 1"))
                .containsExactly("acmea", "acmeb", "acmec", "acmed", "acmef");
    }

    @Test
    void sweepsTheOthersWhenATenantCannotBe() {
        runs.run("acme", "going", 9, -1);
        runs.content("acme", "a", 3);
        runs.content("busy", "a", 3);
        var gc = runs.gc();
        runs.execute("update run_event set body = '\\xff' where run_id = 'going'");

        gc.sweep();

        assertThat(runs.column("select tenant_id from blob")).containsExactly("acme");
    }

    @Test
    void deletesRowsByTheirAge() {
        for (int days : new int[] {31, 29, 8, 6}) {
            for (var status : List.of("done", "lost", "cancelled", "queued")) {
                task(status, days);
            }
            runs.execute(
                    "insert into mb_v4_agent_metrics (tenant_id, agent_name, queue_name, metric_type, metric_value, metric_unit, timestamp) values ('acme', '%d', 'io', 'latency', 1, 'seconds', %s)"
                            .formatted(days, PastRuns.ago(days)));
            runs.execute(
                    "insert into audit_entry (tenant_id, at, key_label, action) values ('acme', %s, 'k', '%d')"
                            .formatted(PastRuns.ago(days), days));
            message("delivered_at", days);
            message("dead_at", days);
        }
        message("created_at", 90);
        for (int days : new int[] {401, 399}) {
            runs.execute(
                    "insert into tenant_spending (tenant_id, day, nano_usd) values ('acme', date(%s), %d)"
                            .formatted(PastRuns.ago(days), days));
        }
        runs.run("acme", "r", 90, -1);

        runs.gc().sweep();

        assertThat(runs.column("select lease_key from mb_v4_queue_lease where status <> 'queued'"))
                .containsExactlyInAnyOrder("done:6", "lost:6", "cancelled:6");
        assertThat(runs.column("select lease_key from mb_v4_queue_lease where status = 'queued'"))
                .hasSize(4);
        assertThat(runs.column("select agent_name from mb_v4_agent_metrics"))
                .containsExactlyInAnyOrder("29", "8", "6");
        assertThat(runs.column("select action from audit_entry"))
                .containsExactlyInAnyOrder("29", "8", "6");
        assertThat(runs.column("select body from outbox"))
                .containsExactlyInAnyOrder("delivered_at:6", "dead_at:6", "created_at:90");
        assertThat(runs.column("select nano_usd::text from tenant_spending"))
                .containsExactly("399");
    }

    private void task(String status, int days) {
        runs.execute(
                "insert into mb_v4_queue_lease (queue_name, tenant_id, lease_key, status, run_id, kind, rank, available_at, task, ended_at) values ('io', 'acme', '%s:%d', '%s', 'r', 'step', 0, now(), '{}', %s)"
                        .formatted(status, days, status, PastRuns.ago(days)));
    }

    private void message(String how, int days) {
        var ended = how.equals("created_at") ? "" : ", " + how;
        runs.execute(
                "insert into outbox (tenant_id, kind, body, next_at, created_at%s) values ('acme', 'approval_needed', '%s:%d', now(), now()%s)"
                        .formatted(
                                ended,
                                how,
                                days,
                                ended.isEmpty() ? "" : ", " + PastRuns.ago(days)));
    }

    @Test
    void whoDoesNotWaitLongEnoughAsksAgain() throws Exception {
        var swept = new CompletableFuture<Swept>();
        var sweeps = new AtomicInteger();
        var slow =
                new Sweep() {
                    @Override
                    public String name() {
                        return "slow";
                    }

                    @Override
                    public Swept sweep(boolean dry) {
                        sweeps.incrementAndGet();
                        return swept.join();
                    }
                };
        var gc = new Gc(List.of(slow), () -> PastRuns.NOW);

        assertThat(gc.sweep("slow", false, Duration.ZERO)).isEmpty();
        swept.complete(new Swept(3, 4));
        assertThat(gc.sweep("slow", false, Duration.ofMinutes(1))).contains(new Swept(3, 4));
        assertThat(sweeps).hasValue(1);
        assertThat(gc.sweep("slow", false, Duration.ofMinutes(1))).isPresent();
        assertThat(sweeps).hasValue(2);
        assertThatThrownBy(() -> gc.sweep("fast", false, Duration.ofMinutes(1)))
                .isInstanceOf(NotFoundException.class);
    }
}

package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunEvent.LateCost;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.TaskLost;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.server.platform.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Three server processes on one database hand out steps that say what they may cost; one is killed
 * in the middle. What the database itself wrote down tells whether a limit was ever broken.
 */
class BudgetsUnderFireTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /**
     * Of three runs of 1,000 steps that cost half a cent on average: ample, just so, too little.
     */
    private static final List<String> LIMITS_IN_CENTS = List.of("900", "505", "300");

    private static final List<String> RUNS = List.of("r-1", "r-2", "r-3");

    private final TestDatabase database = TestDatabase.fresh().tenants(Engines.TENANT);
    private final JdbcClient owner = JdbcClient.create(asOwner());
    private final RunStore store =
            Engines.onPostgres(database.dataSource(), database.transactions()).runs();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
        database.close();
    }

    private DriverManagerDataSource asOwner() {
        var login = database.owner();
        return new DriverManagerDataSource(login.url(), login.user(), login.password());
    }

    @Test
    void noLimitIsEverBrokenThoughAServerIsKilledAndAllThatWasSetAsideComesBack() throws Exception {
        writeDownEveryStanding();
        var begin = System.currentTimeMillis();
        start("first", begin, LIMITS_IN_CENTS);
        var victim = start("victim", begin, List.of());
        start("third", begin, List.of());
        Awaitility.await("everybody is at work")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> taken() > 400 && isStoppedWhileItHolds(victim, "victim"));

        victim.destroyForcibly().waitFor();
        var abandoned = heldBy("victim");
        Awaitility.await("all runs end")
                .atMost(PATIENCE)
                .until(() -> RUNS.stream().allMatch(run -> status(run).isFinal()));

        assertThat(abandoned).as("leases that the killed process held").isPositive();
        assertThat(all(TaskLost.class).count()).isGreaterThanOrEqualTo(abandoned);
        assertThat(overdrawn()).as("standings over their limit").isZero();
        assertThat(mostSetAside()).isGreaterThan(800);
        Awaitility.await("what was cut short is paid for")
                .atMost(PATIENCE)
                .untilAsserted(() -> RUNS.forEach(this::sumsAddUp));
        assertThat(status("r-1")).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(status("r-3")).isEqualTo(RunStatus.FAILED);
    }

    /** The log says what work cost; the budget must say the same, and hold nothing back. */
    private void sumsAddUp(String run) {
        var cost =
                timeline(run)
                        .mapToLong(entry ->
                                switch (entry.event()) {
                                    case StepSucceeded done -> done.usage().costNanoUsd();
                                    case LateCost late -> late.usage().costNanoUsd();
                                    default -> 0;
                                })
                        .sum();
        var standing =
                owner.sql(
                                "select budget_used || ' ' || budget_reserved from mb_v4_run_budget where run_id = ? and budget_type = 'cost'")
                        .param(run)
                        .query(String.class)
                        .single();
        assertThat(standing).isEqualTo(cost + " 0");
    }

    /** A trigger keeps every version of a budget's row, in the transaction that made it. */
    private void writeDownEveryStanding() {
        owner.sql(
                        """
                        create table standing (run_id text, used bigint, reserved bigint, most bigint);
                        create function note_standing() returns trigger language plpgsql security definer as $$
                            begin
                                insert into standing values (new.run_id, new.budget_used, new.budget_reserved, new.budget_limit);
                                return null;
                            end $$;
                        create trigger note_standing after insert or update on mb_v4_run_budget
                            for each row when (new.budget_type = 'cost') execute function note_standing()
                        """)
                .update();
    }

    private long overdrawn() {
        return owner.sql("select count(*) from standing where used + reserved > most")
                .query(Long.class)
                .single();
    }

    /** In tasks of one cent. */
    private long mostSetAside() {
        return owner.sql("select max(reserved) from standing").query(Long.class).single()
                / SpendingProcess.CENT_NANO_USD;
    }

    /** Stopped first, so that it cannot end its work between the look and the kill. */
    private boolean isStoppedWhileItHolds(Process process, String worker) throws Exception {
        signal(process, "STOP");
        var holds = heldBy(worker) > 0;
        if (!holds) {
            signal(process, "CONT");
        }
        return holds;
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor())
                .isZero();
    }

    /** How many events the runs took up. */
    private long taken() {
        return owner.sql("select count(*) from run_event").query(Long.class).single();
    }

    private long heldBy(String worker) {
        return owner.sql(
                        "select count(*) from mb_v4_queue_lease where status = 'leased' and worker_id = ?")
                .param(worker)
                .query(Long.class)
                .single();
    }

    private Process start(String name, long begin, List<String> limits) throws IOException {
        var login = database.app();
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString()));
        command.addAll(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path")));
        command.add(SpendingProcess.class.getName());
        command.addAll(
                List.of(login.url(), login.user(), login.password(), name, Long.toString(begin)));
        command.addAll(limits);
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .start();
        processes.add(process);
        return process;
    }

    private RunStatus status(String run) {
        return database.transactions()
                .asTenant(
                        Engines.TENANT,
                        () -> store.find(run).map(RunRow::status).orElse(RunStatus.QUEUED));
    }

    private Stream<TimelineEntry> timeline(String run) {
        return database
                .transactions()
                .asTenant(Engines.TENANT, () -> store.events(run, 0, 100_000))
                .stream()
                .map(logged -> Timelines.entry(run, logged));
    }

    private <E> Stream<E> all(Class<E> type) {
        return RUNS.stream()
                .flatMap(this::timeline)
                .map(TimelineEntry::event)
                .filter(type::isInstance)
                .map(type::cast);
    }
}

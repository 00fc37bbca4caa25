package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.Columns;
import dev.kintsugi.server.run.RunStore.NewRun;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How rows of table {@code run} are written, those of many runs by one statement. */
final class RunRows {
    private final JdbcClient jdbc;

    RunRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** As {@link RunStore#add}. */
    Set<String> add(List<NewRun> runs) {
        var added =
                new TreeSet<>(
                        jdbc.sql(
                                        """
                                        insert into run (tenant_id, run_id, name, status, plan, rules, seq, mac, view,
                                                         created_at, submission, home, parent, finished_at,
                                                         waiting_for)
                                        select * from unnest(:tenants::text[], :runs::text[], :names::text[],
                                                :statuses::text[], :plans::text[], :rules::int[], :seqs::bigint[],
                                                :macs::bytea[], :views::text[], :created::timestamptz[],
                                                :submissions::text[], :homes::text[], :parents::text[],
                                                :finished::timestamptz[], :waiting::text[])
                                        on conflict (tenant_id, submission) where submission is not null do nothing
                                        returning run_id
                                        """)
                                .param("tenants", Columns.texts(runs, run -> run.row().tenant()))
                                .param("runs", Columns.texts(runs, run -> run.row().run()))
                                .param("names", Columns.texts(runs, run -> run.row().name()))
                                .param(
                                        "statuses",
                                        Columns.texts(runs, run -> lower(run.row().status())))
                                .param("plans", Columns.texts(runs, NewRun::plan))
                                .param(
                                        "rules",
                                        Columns.numbers(runs, run -> (long) run.row().rules()))
                                .param("seqs", Columns.numbers(runs, run -> run.row().seq()))
                                .param("macs", Columns.bytes(runs, run -> run.row().mac()))
                                .param("views", Columns.texts(runs, NewRun::view))
                                .param("created", Columns.times(runs, run -> run.row().createdAt()))
                                .param(
                                        "submissions",
                                        Columns.texts(runs, run -> run.row().submission()))
                                .param("homes", Columns.texts(runs, run -> run.row().home()))
                                .param("parents", Columns.texts(runs, run -> run.row().parent()))
                                .param(
                                        "finished",
                                        Columns.times(runs, run -> run.row().finishedAt()))
                                .param("waiting", Columns.texts(runs, run -> waitingFor(run.row())))
                                .query(String.class)
                                .list());
        if (runs.stream().anyMatch(run -> run.row().submission() != null)) {
            added.removeAll(takenBefore(added));
        }
        return added;
    }

    /**
     * Takes those back whose submission key a run in history has. Asked after they were added: a
     * run that goes there meanwhile was either in the way of the new one, or is seen now.
     */
    private List<String> takenBefore(Set<String> added) {
        return jdbc.sql(
                        """
                        delete from run using run_history past
                        where run.run_id = any(?) and run.submission is not null
                          and past.tenant_id = run.tenant_id and past.submission = run.submission
                        returning run.run_id
                        """)
                .param(added.toArray(String[]::new))
                .query((row, _) -> row.getString(1))
                .list();
    }

    /** As {@link RunStore#save}. */
    void save(List<RunStore.Head> heads) {
        jdbc.sql(
                        """
                        update run set status = now.status, seq = now.seq, mac = now.mac, view = now.view,
                                       finished_at = now.finished_at, waiting_for = now.waiting_for
                        from unnest(:runs::text[], :statuses::text[], :seqs::bigint[], :macs::bytea[],
                                    :views::text[], :finished::timestamptz[], :waiting::text[])
                             as now (run_id, status, seq, mac, view, finished_at, waiting_for)
                        where run.run_id = now.run_id
                        """)
                .param("runs", Columns.texts(heads, head -> head.row().run()))
                .param("statuses", Columns.texts(heads, head -> lower(head.row().status())))
                .param("seqs", Columns.numbers(heads, head -> head.row().seq()))
                .param("macs", Columns.bytes(heads, head -> head.row().mac()))
                .param("views", Columns.texts(heads, RunStore.Head::view))
                .param("finished", Columns.times(heads, head -> head.row().finishedAt()))
                .param("waiting", Columns.texts(heads, head -> waitingFor(head.row())))
                .update();
    }

    private static @Nullable String waitingFor(RunRow row) {
        var what = row.waitingFor();
        return what == null ? null : lower(what);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

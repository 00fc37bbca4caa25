package dev.kintsugi.server.platform.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.server.platform.TestDatabase;
import dev.kintsugi.server.platform.Transactions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class PostgresTransactionsTest {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("acme", "globex");

    private final Transactions transactions = DB.transactions();
    private final JdbcClient jdbc = DB.jdbc();

    @BeforeEach
    void oneSettingEach() {
        transactions.asSystem(() -> jdbc.sql("delete from setting").update());
        set("acme");
        set("globex");
    }

    @Test
    void aTenantSeesAndCountsItsOwnRowsAlone() {
        assertThat(transactions.asTenant("acme", this::count)).isEqualTo(1);
        assertThat(transactions.asTenant("nobody", this::count)).isZero();
    }

    @Test
    void withoutATenantThereAreNoRows() {
        assertThat(count()).isZero();
        assertThat(jdbc.sql("delete from setting").update()).isZero();
    }

    @Test
    void aTenantCannotWriteRowsOfAnother() {
        assertThatThrownBy(() ->
                        transactions.asTenant(
                                "acme",
                                () ->
                                        jdbc.sql(
                                                        "insert into setting values ('globex', 'y', '1', now())")
                                                .update()))
                .rootCause()
                .hasMessageContaining("row-level security");
        assertThatThrownBy(() ->
                        transactions.asTenant(
                                "acme",
                                () -> jdbc.sql("update setting set tenant_id = 'globex'").update()))
                .rootCause()
                .hasMessageContaining("row-level security");
    }

    @Test
    void aTenantCannotTouchRowsOfAnother() {
        int changed =
                transactions.asTenant(
                        "acme",
                        () ->
                                jdbc.sql(
                                                "update setting set value = '2' where tenant_id = 'globex'")
                                        .update());

        assertThat(changed).isZero();
        assertThat(transactions.asTenant("acme", () -> jdbc.sql("delete from setting").update()))
                .isEqualTo(1);
        assertThat(transactions.asSystem(this::count)).isEqualTo(1);
    }

    @Test
    void theSystemSeesEveryTenantAndLeavesNothingBehindOnTheConnection() {
        assertThat(transactions.asSystem(this::count)).isEqualTo(2);

        assertThat(count()).isZero();
        assertThat(jdbc.sql("select current_user").query().singleValue()).isEqualTo("kintsugi_app");
    }

    @Test
    void theServersUserHoldsNoPowerBeyondTheTables() {
        assertThatThrownBy(() -> jdbc.sql("create table loot (x int)").update())
                .rootCause()
                .hasMessageContaining("permission");
        assertThatThrownBy(
                        () -> jdbc.sql("alter table setting disable row level security").update())
                .rootCause()
                .hasMessageContaining("owner");
        assertThat(
                        jdbc.sql(
                                        "select count(*) from pg_roles where rolname like 'kintsugi_%' and rolname <> 'kintsugi_owner' and (rolsuper or rolbypassrls or rolcreaterole)")
                                .query(Integer.class)
                                .single())
                .isZero();
    }

    @Test
    void everyTableWithATenantIsProtected() {
        var open =
                jdbc.sql(
                                """
                                select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
                                where c.relkind in ('r', 'p') and a.attname = 'tenant_id'
                                  and not (c.relrowsecurity and c.relforcerowsecurity)
                                """)
                        .query(String.class)
                        .list();

        assertThat(open).isEmpty();
    }

    @Test
    void aNestedCallJoinsAndKeepsTheOuterIdentity() {
        int seen = transactions.asTenant("acme", () -> transactions.asSystem(this::count));

        assertThat(seen).isEqualTo(1);
        assertThat(transactions.asSystem(() -> transactions.asTenant("acme", this::count)))
                .isEqualTo(2);
    }

    @Test
    void anotherTenantInsideATenantsTransactionIsRefused() {
        assertThatThrownBy(() ->
                        transactions.asTenant(
                                "acme", () -> transactions.asTenant("globex", this::count)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("acme");
    }

    @Test
    void workThatThrowsLeavesNothingBehindAndRunsNothingAfterwards() {
        List<String> ran = new ArrayList<>();

        assertThatThrownBy(() ->
                        transactions.asTenant(
                                "acme",
                                () -> {
                                    transactions.afterCommit(() -> ran.add("after"));
                                    jdbc.sql("delete from setting").update();
                                    throw new IllegalStateException("no");
                                }))
                .hasMessage("no");

        assertThat(transactions.asTenant("acme", this::count)).isEqualTo(1);
        assertThat(ran).isEmpty();
    }

    @Test
    void afterTheCommitANewTransactionMayBegin() {
        List<Integer> seen = new ArrayList<>();

        transactions.asTenant(
                "acme",
                () -> {
                    transactions.afterCommit(
                            () -> seen.add(transactions.asTenant("globex", this::count)));
                    return jdbc.sql("delete from setting").update();
                });
        transactions.afterCommit(() -> seen.add(7));

        assertThat(seen).containsExactly(1, 7);
    }

    @Test
    void contentIsKeptOncePerTenant() {
        byte[] content = "gold".getBytes(StandardCharsets.UTF_8);

        String hash = DB.blobs().put("acme", content);

        assertThat(DB.blobs().put("acme", content)).isEqualTo(hash).hasSize(64);
        assertThat(DB.blobs().get("acme", hash)).hasValue(content);
        assertThat(DB.blobs().get("globex", hash)).isEmpty();
    }

    private int set(String tenant) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql("insert into setting values (?, 'x', '1', now())")
                                .param(tenant)
                                .update());
    }

    private int count() {
        return jdbc.sql("select count(*) from setting").query(Integer.class).single();
    }

    @Test
    void whatIsCommittedIsNotUndoneByWhatFollows() {
        var ran = new ArrayList<String>();

        var result =
                transactions.asSystem(() -> {
                    transactions.afterCommit(() -> {
                        throw new IllegalStateException("nobody listens");
                    });
                    transactions.afterCommit(() -> ran.add("the next"));
                    return "committed";
                });

        assertThat(result).isEqualTo("committed");
        assertThat(ran).containsExactly("the next");
    }
}

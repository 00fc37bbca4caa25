package dev.kintsugi.server.platform.postgres;

import dev.kintsugi.server.platform.Transactions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Transactions on PostgreSQL, where policies on the rows hold each identity to what it may see. */
public final class PostgresTransactions implements Transactions {
    private static final Logger log = LoggerFactory.getLogger(PostgresTransactions.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate template;

    public PostgresTransactions(DataSource source) {
        jdbc = JdbcClient.create(source);
        template = new TransactionTemplate(new JdbcTransactionManager(source));
    }

    @Override
    public <T> T asTenant(String tenant, Supplier<T> work) {
        Current current = current();
        if (current == null) {
            return begin(tenant, work);
        }
        if (current.tenant != null && !current.tenant.equals(tenant)) {
            throw new IllegalStateException(
                    "A transaction of tenant %s cannot work for tenant %s"
                            .formatted(current.tenant, tenant));
        }
        return work.get();
    }

    @Override
    public <T> T asSystem(Supplier<T> work) {
        // Inside a tenant's transaction it stays the tenant's: rights are never raised on the way.
        return current() == null ? begin(null, work) : work.get();
    }

    @Override
    public void afterCommit(Runnable action) {
        Current current = current();
        if (current == null) {
            action.run();
        } else {
            current.afterCommit.add(action);
        }
    }

    @Override
    public void afterFailure(Runnable action) {
        Current current = current();
        if (current != null) {
            current.afterFailure.add(action);
        }
    }

    private <T> T begin(@Nullable String tenant, Supplier<T> work) {
        var current = new Current(tenant, new ArrayList<>(), new ArrayList<>());
        T result;
        TransactionSynchronizationManager.bindResource(this, current);
        try {
            result =
                    template.execute(_ -> {
                        identify(tenant);
                        return work.get();
                    });
        } catch (RuntimeException | Error e) {
            current.afterFailure.forEach(PostgresTransactions::attempt);
            throw e;
        } finally {
            TransactionSynchronizationManager.unbindResource(this);
        }
        // Here, not in a synchronization's callback: a transaction begun there would join the one
        // that is over.
        current.afterCommit.forEach(PostgresTransactions::attempt);
        return result;
    }

    /** What is committed is not undone because what follows fails. */
    private static void attempt(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) { // the others must hear of it all the same
            log.error("something that follows a transaction failed", e);
        }
    }

    private void identify(@Nullable String tenant) {
        if (tenant == null) {
            jdbc.sql("set local role kintsugi_system").update();
        } else {
            jdbc.sql("select set_config('kintsugi.tenant', ?, true)")
                    .param(tenant)
                    .query()
                    .singleValue();
        }
    }

    private @Nullable Current current() {
        return (Current) TransactionSynchronizationManager.getResource(this);
    }

    /**
     * @param tenant null for the system
     */
    private record Current(
            @Nullable String tenant, List<Runnable> afterCommit, List<Runnable> afterFailure) {}
}

package dev.kintsugi.server.tenant;

import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Those whose runs are kept apart. */
@Component
public final class Tenants {
    /** The tenant of a local server's own user. */
    public static final String DEFAULT = "default";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final InstantSource clock;

    Tenants(Transactions transactions, JdbcClient jdbc, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Makes the tenant.
     *
     * @param name 1 to 40 lower-case letters, digits and hyphens, a letter first
     * @return whether it is new
     * @throws BadInputException when the name has another form
     */
    public boolean create(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new BadInputException(
                    "A tenant's name has 1 to 40 lower-case letters, digits and hyphens and begins with a letter.");
        }
        int added =
                transactions.asTenant(
                        name,
                        () ->
                                jdbc.sql(
                                                "insert into tenant (tenant_id, created_at) values (?, ?) on conflict do nothing")
                                        .params(name, Timestamp.from(clock.instant()))
                                        .update());
        return added == 1;
    }

    public boolean exists(String name) {
        return transactions.asTenant(
                name,
                () ->
                        jdbc.sql("select 1 from tenant where tenant_id = ?")
                                .param(name)
                                .query()
                                .optionalValue()
                                .isPresent());
    }
}

package dev.kintsugi.server.platform.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.platform.TestDatabase;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PoolTest {
    private static final TestDatabase DB = TestDatabase.fresh();

    private static final String CLAIMABLE =
            """
            explain select lease_key from mb_v4_queue_lease
            where status = 'queued' and queue_name = 'cpu' order by tenant_id, rank, id limit 1
            """;

    @Test
    void aQueueThatWasEmptyWhenItsStatisticsWereTakenIsStillAskedByItsIndex() {
        DB.asOwner("vacuum (analyze) mb_v4_queue_lease");

        var plan =
                DB.transactions()
                        .asSystem(() ->
                                DB.jdbc().sql(CLAIMABLE).query(String.class).stream()
                                        .collect(Collectors.joining("\n")));

        assertThat(plan).contains("mb_v4_queue_lease_waiting").doesNotContain("Seq Scan");
    }
}

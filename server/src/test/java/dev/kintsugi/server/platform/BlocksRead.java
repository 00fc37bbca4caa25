package dev.kintsugi.server.platform;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How many blocks of a table and its indexes the present transaction has looked at, cached or not:
 * what a statement's plan costs, without a clock.
 */
public final class BlocksRead {
    private BlocksRead() {}

    public static long of(String table, JdbcClient jdbc) {
        return jdbc.sql(
                        """
                        select sum(pg_stat_get_xact_blocks_fetched(oid)) from (
                            select ?::regclass::oid union all select indexrelid from pg_index where indrelid = ?::regclass) of (oid)
                        """)
                .params(table, table)
                .query(Long.class)
                .single();
    }
}

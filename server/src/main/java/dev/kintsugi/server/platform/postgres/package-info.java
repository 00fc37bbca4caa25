/**
 * The database: the embedded PostgreSQL, migrations, transactions for one tenant or the system.
 * Open {@link dev.kintsugi.server.platform.postgres.EmbeddedPostgres} first.
 */
@NullMarked
package dev.kintsugi.server.platform.postgres;

import org.jspecify.annotations.NullMarked;

package dev.kintsugi.server.repair;

import dev.kintsugi.server.platform.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;

class PostgresLearnedPatchesTest extends LearnedPatchesContract {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("acme", "globex");

    private final LearnedPatches patches =
            new PostgresLearnedPatches(
                    DB.transactions(),
                    DB.jdbc(),
                    InstantSource.fixed(Instant.parse("2030-01-01T00:00:00Z")));

    @Override
    LearnedPatches patches() {
        return patches;
    }
}

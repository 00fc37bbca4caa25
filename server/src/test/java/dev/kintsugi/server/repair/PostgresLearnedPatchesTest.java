package dev.kintsugi.server.repair;

import dev.kintsugi.server.platform.TestDatabase;

class PostgresLearnedPatchesTest extends LearnedPatchesContract {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("acme", "globex");

    private final LearnedPatches patches =
            new PostgresLearnedPatches(DB.transactions(), DB.jdbc(), clock());

    @Override
    LearnedPatches patches() {
        return patches;
    }
}

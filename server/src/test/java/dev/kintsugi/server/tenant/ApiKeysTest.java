package dev.kintsugi.server.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.platform.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ApiKeysTest {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("acme", "globex");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Set<Scope> READ = EnumSet.of(Scope.READ);
    private static final RandomGenerator RANDOM = new SplittableRandom(1);

    private Instant now = NOW;
    private final ApiKeys keys = keys();

    @Test
    void aKeySaysWhoseItIsAndWhatItMay() {
        String key = keys.create("acme", "ci", EnumSet.of(Scope.READ, Scope.WORK), null);

        assertThat(keys.verify(key))
                .hasValue(new Caller("acme", "ci", EnumSet.of(Scope.READ, Scope.WORK)));
    }

    @Test
    void aKeyThatIsChangedInOnePlaceIsNobodys() {
        String key = keys.create("acme", "changed", READ, null);
        char last = key.charAt(key.length() - 1);

        assertThat(keys.verify(key.substring(0, key.length() - 1) + (last == '0' ? '1' : '0')))
                .isEmpty();
        assertThat(keys.verify(key.replace("acme", "globex"))).isEmpty();
        assertThat(keys.verify("")).isEmpty();
        assertThat(keys.verify("kin_acme_' or true --")).isEmpty();
    }

    @Test
    void onlyTheHashIsKept() {
        String key = keys.create("acme", "secret", READ, null);

        String row =
                DB.transactions()
                        .asTenant(
                                "acme",
                                () ->
                                        DB.jdbc()
                                                .sql(
                                                        "select api_key::text from api_key where label = 'secret'")
                                                .query(String.class)
                                                .single());
        assertThat(row).doesNotContain(key.substring(key.lastIndexOf('_') + 1));
    }

    @Test
    void anExpiredKeyIsNobodys() {
        String key = keys.create("acme", "short", READ, NOW.plus(Duration.ofHours(1)));

        assertThat(keys().verify(key)).isPresent();
        now = NOW.plus(Duration.ofHours(1));
        assertThat(keys().verify(key)).isEmpty();
    }

    @Test
    void aRevokedKeyIsNobodysAtOnceWhereItWasRevoked() {
        String key = keys.create("acme", "lost", READ, null);
        assertThat(keys.verify(key)).isPresent();

        assertThat(keys.revoke("acme", "lost")).isTrue();

        assertThat(keys.verify(key)).isEmpty();
        assertThat(keys.revoke("acme", "lost")).isFalse();
        assertThat(keys.revoke("globex", "lost")).isFalse();
    }

    @Test
    void aRotatedKeyEndsAfterTheOverlapAndItsSuccessorLivesAsLong() {
        String old = keys.create("acme", "turning", READ, NOW.plus(Duration.ofDays(90)));
        now = NOW.plus(Duration.ofDays(80));

        var rotated = keys.rotate("acme", "turning", Duration.ofHours(24), null).orElseThrow();

        assertThat(rotated.oldEndsAt()).isEqualTo(now.plus(Duration.ofHours(24)));
        assertThat(rotated.expiresAt()).isEqualTo(now.plus(Duration.ofDays(90)));
        assertThat(keys().verify(old)).isPresent();
        now = rotated.oldEndsAt();
        assertThat(keys().verify(old)).isEmpty();
        assertThat(keys().verify(rotated.apiKey())).hasValue(new Caller("acme", "turning", READ));
        assertThat(keys.rotate("globex", "turning", Duration.ZERO, null)).isEmpty();
    }

    @Test
    void anOverlapDoesNotLengthenALife() {
        keys.create("acme", "ending", READ, NOW.plus(Duration.ofHours(1)));

        var rotated = keys.rotate("acme", "ending", Duration.ofHours(24), null).orElseThrow();

        assertThat(rotated.oldEndsAt()).isEqualTo(NOW.plus(Duration.ofHours(1)));
    }

    private ApiKeys keys() {
        InstantSource clock = () -> now;
        return new ApiKeys(DB.transactions(), DB.jdbc(), clock, RANDOM);
    }
}

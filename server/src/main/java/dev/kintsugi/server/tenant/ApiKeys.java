package dev.kintsugi.server.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.client.api.TenantKey;
import dev.kintsugi.server.platform.Transactions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The keys of tenants: {@code kin_<tenant>_<64 hexadecimal digits>}. The name in front lets the
 * look-up stay inside that tenant's rows; what is kept is the SHA-256 alone, of 256 bits of chance,
 * so it needs no salt.
 */
@Component
public final class ApiKeys {
    /**
     * How long a revoked or expired key may still be honoured by a server that has just seen it.
     */
    static final Duration MEMORY = Duration.ofSeconds(10);

    private static final int MAX_LISTED = 1_000;
    private static final int MAX_REMEMBERED = 10_000;
    private static final int SECRET_BYTES = 32;
    private static final Pattern FORM =
            Pattern.compile("kin_([a-z][a-z0-9-]{0,39})_[0-9a-f]{%d}".formatted(2 * SECRET_BYTES));

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Cache<String, Caller> remembered =
            Caffeine.newBuilder().expireAfterWrite(MEMORY).maximumSize(MAX_REMEMBERED).build();

    ApiKeys(
            Transactions transactions,
            JdbcClient jdbc,
            InstantSource clock,
            RandomGenerator random) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Makes a key.
     *
     * @param label tells it from the tenant's others; at most 100 characters
     * @param expiresAt null for never
     * @return the key, which nobody can see again
     */
    public String create(
            String tenant, String label, Set<Scope> scopes, @Nullable Instant expiresAt) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String key = "kin_%s_%s".formatted(tenant, HexFormat.of().formatHex(secret));
        String[] names = scopes.stream().sorted().map(Scope::name).toArray(String[]::new);
        transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        insert into api_key (hash, tenant_id, label, scopes, created_at, expires_at)
                                        values (?, ?, ?, ?, ?, ?)
                                        """)
                                .params(
                                        Arrays.asList(
                                                sha256(key),
                                                tenant,
                                                label,
                                                names,
                                                Timestamp.from(clock.instant()),
                                                expiresAt == null
                                                        ? null
                                                        : Timestamp.from(expiresAt)))
                                .update());
        return key;
    }

    /** Keys that are not revoked, oldest first, {@value #MAX_LISTED} at most. */
    public List<TenantKey> list(String tenant) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        select label, scopes, created_at, expires_at from api_key
                                        where tenant_id = ? and revoked_at is null order by created_at, label limit ?
                                        """)
                                .params(tenant, MAX_LISTED)
                                .query((row, _) -> listed(row))
                                .list());
    }

    private static TenantKey listed(ResultSet row) throws SQLException {
        var expires = row.getTimestamp("expires_at");
        return new TenantKey(
                row.getString("label"),
                scopes(row).stream().map(scope -> scope.name().toLowerCase(Locale.ROOT)).toList(),
                row.getTimestamp("created_at").toInstant(),
                expires == null ? null : expires.toInstant());
    }

    /** Ends the key of this label. @return whether there was one in use */
    public boolean revoke(String tenant, String label) {
        int revoked =
                transactions.asTenant(
                        tenant,
                        () ->
                                jdbc.sql(
                                                "update api_key set revoked_at = ? where tenant_id = ? and label = ? and revoked_at is null")
                                        .params(Timestamp.from(clock.instant()), tenant, label)
                                        .update());
        remembered.invalidateAll();
        return revoked == 1;
    }

    /** Whose key this is; empty when it is nobody's, revoked or expired. */
    public Optional<Caller> verify(String key) {
        Matcher form = FORM.matcher(key);
        if (!form.matches()) {
            return Optional.empty();
        }
        byte[] hash = sha256(key);
        String name = HexFormat.of().formatHex(hash);
        Caller known = remembered.getIfPresent(name);
        if (known != null) {
            return Optional.of(known);
        }
        String tenant = form.group(1);
        Optional<Caller> found = transactions.asTenant(tenant, () -> find(tenant, hash));
        found.ifPresent(caller -> remembered.put(name, caller));
        return found;
    }

    private Optional<Caller> find(String tenant, byte[] hash) {
        return jdbc.sql(
                        """
                        select hash, label, scopes from api_key
                        where tenant_id = ? and hash = ? and revoked_at is null and (expires_at is null or expires_at > ?)
                        """)
                .params(tenant, hash, Timestamp.from(clock.instant()))
                .query((row, _) -> caller(tenant, hash, row))
                .optional();
    }

    /**
     * The database found it by an index, which takes time by the hash, not by the key; still, it is
     * compared once more.
     */
    private static Caller caller(String tenant, byte[] hash, ResultSet row) throws SQLException {
        if (!MessageDigest.isEqual(hash, row.getBytes("hash"))) {
            throw new IllegalStateException(
                    "The database returned another key than the one asked for");
        }
        return new Caller(tenant, row.getString("label"), scopes(row));
    }

    private static Set<Scope> scopes(ResultSet row) throws SQLException {
        Array names = row.getArray("scopes");
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String name : (String[]) names.getArray()) {
            scopes.add(Scope.valueOf(name));
        }
        return scopes;
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}

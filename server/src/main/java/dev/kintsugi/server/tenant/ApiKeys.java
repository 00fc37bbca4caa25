package dev.kintsugi.server.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.client.api.RotatedKey;
import dev.kintsugi.client.api.TenantKey;
import dev.kintsugi.server.platform.BadInputException;
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

    /** Longest that a key is good beside the one that takes its place. */
    public static final Duration MAX_OVERLAP = Duration.ofDays(30);

    /** Longest life of a key that does not live for ever. */
    public static final Duration MAX_LIFE = Duration.ofDays(3650);

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
     * @param expiresAt null for never; at most {@link #MAX_LIFE} from now
     * @return the key, which nobody can see again
     */
    public String create(
            String tenant, String label, Set<Scope> scopes, @Nullable Instant expiresAt) {
        requireSensible(expiresAt);
        String key = fresh(tenant);
        transactions.asTenant(tenant, () -> insert(tenant, label, scopes, key, expiresAt));
        return key;
    }

    private void requireSensible(@Nullable Instant expiresAt) {
        Instant now = clock.instant();
        if (expiresAt != null
                && (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(MAX_LIFE)))) {
            throw new BadInputException(
                    "expires_at must be in the next %d days, was %s; leave it out for never"
                            .formatted(MAX_LIFE.toDays(), expiresAt));
        }
    }

    private String fresh(String tenant) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return "kin_%s_%s".formatted(tenant, HexFormat.of().formatHex(secret));
    }

    private int insert(
            String tenant,
            String label,
            Set<Scope> scopes,
            String key,
            @Nullable Instant expiresAt) {
        String[] names = scopes.stream().sorted().map(Scope::name).toArray(String[]::new);
        return jdbc.sql(
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
                                expiresAt == null ? null : Timestamp.from(expiresAt)))
                .update();
    }

    /**
     * Makes a key that takes the label and the scopes of the one that has them, which is good for a
     * while longer.
     *
     * @param overlap how long the old key is still good, unless it ends before; at most {@link
     *     #MAX_OVERLAP}
     * @param expiresAt of the new key; null for as long a life as the old one was given
     * @return empty when the label is nobody's
     */
    public Optional<RotatedKey> rotate(
            String tenant, String label, Duration overlap, @Nullable Instant expiresAt) {
        if (overlap.isNegative() || overlap.compareTo(MAX_OVERLAP) > 0) {
            throw new BadInputException(
                    "overlap_seconds must be in [0, %d], was %d"
                            .formatted(MAX_OVERLAP.toSeconds(), overlap.toSeconds()));
        }
        requireSensible(expiresAt);
        Optional<RotatedKey> rotated =
                transactions.asTenant(
                        tenant,
                        () ->
                                current(tenant, label)
                                        .map(old -> replace(tenant, old, overlap, expiresAt)));
        remembered.invalidateAll();
        return rotated;
    }

    /** The key of this label that was not replaced; nobody else can replace it meanwhile. */
    private Optional<TenantKey> current(String tenant, String label) {
        return jdbc.sql(
                        """
                        select label, scopes, created_at, expires_at, replaced_at from api_key
                        where tenant_id = ? and label = ? and revoked_at is null and replaced_at is null for update
                        """)
                .params(tenant, label)
                .query((row, _) -> listed(row))
                .optional();
    }

    private RotatedKey replace(
            String tenant, TenantKey old, Duration overlap, @Nullable Instant expiresAt) {
        Instant now = clock.instant();
        Instant ends = now.plus(overlap);
        Instant oldExpiry = old.expiresAt();
        if (oldExpiry != null && oldExpiry.isBefore(ends)) {
            ends = oldExpiry;
        }
        Instant until = expiresAt;
        if (until == null && oldExpiry != null) {
            until = now.plus(Duration.between(old.createdAt(), oldExpiry));
        }
        jdbc.sql(
                        """
                        update api_key set replaced_at = ?, expires_at = ?
                        where tenant_id = ? and label = ? and revoked_at is null and replaced_at is null
                        """)
                .params(Timestamp.from(now), Timestamp.from(ends), tenant, old.label())
                .update();
        String key = fresh(tenant);
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        old.scopes().forEach(scope -> scopes.add(Scope.valueOf(scope.toUpperCase(Locale.ROOT))));
        insert(tenant, old.label(), scopes, key, until);
        return new RotatedKey(tenant, old.label(), key, until, ends);
    }

    /** The scopes of the key that has this label; empty when none has. */
    Optional<Set<String>> scopes(String tenant, String label) {
        return list(tenant).stream()
                .filter(key -> key.label().equals(label) && key.replacedAt() == null)
                .findFirst()
                .map(key -> Set.copyOf(key.scopes()));
    }

    /** Keys that are not revoked, oldest first, {@value #MAX_LISTED} at most. */
    public List<TenantKey> list(String tenant) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        select label, scopes, created_at, expires_at, replaced_at from api_key
                                        where tenant_id = ? and revoked_at is null
                                          and (replaced_at is null or expires_at > ?)
                                        order by created_at, label limit ?
                                        """)
                                .params(tenant, Timestamp.from(clock.instant()), MAX_LISTED)
                                .query((row, _) -> listed(row))
                                .list());
    }

    private static TenantKey listed(ResultSet row) throws SQLException {
        var expires = row.getTimestamp("expires_at");
        var replaced = row.getTimestamp("replaced_at");
        return new TenantKey(
                row.getString("label"),
                scopes(row).stream().map(Scope::wireName).toList(),
                row.getTimestamp("created_at").toInstant(),
                expires == null ? null : expires.toInstant(),
                replaced == null ? null : replaced.toInstant());
    }

    /**
     * Ends the key of this label, and those that it replaced and that are still good.
     *
     * @return whether there was one in use
     */
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
        return revoked > 0;
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

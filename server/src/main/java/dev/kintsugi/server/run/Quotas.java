package dev.kintsugi.server.run;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.kintsugi.server.platform.TooManyException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.InForce;
import dev.kintsugi.server.tenant.Setting;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant may use up before its plans are refused. Runs that were taken in go on, each within
 * its own budgets. Called inside a transaction that sees the tenant's rows.
 */
final class Quotas {
    /**
     * How old what is known of a tenant's storage may be before it is asked anew. It is added up
     * beside the runs that begin meanwhile, as that may take long.
     */
    static final Duration STORAGE_MEMORY = Duration.ofMinutes(1);

    /** What is older is not gone by at all: the next run waits for the answer. */
    static final Duration STORAGE_OLDEST = Duration.ofMinutes(5);

    /** When to ask again about storage: what is kept long enough is deleted every hour. */
    private static final Duration STORAGE_LATER = Duration.ofHours(1);

    private static final int NANO_DIGITS = 9;
    private static final int MAX_REMEMBERED = 10_000;
    private static final BigDecimal MEGABYTE = BigDecimal.valueOf(1_000_000);

    private final RunStore store;
    private final InstantSource clock;
    private final LoadingCache<String, Long> storage;

    Quotas(Transactions transactions, RunStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        storage =
                Caffeine.newBuilder()
                        .refreshAfterWrite(STORAGE_MEMORY)
                        .expireAfterWrite(STORAGE_OLDEST)
                        .maximumSize(MAX_REMEMBERED)
                        .build(tenant -> transactions.asTenant(tenant, () -> store.stored(tenant)));
    }

    /**
     * What the quotas leave.
     *
     * @param runs how many more may begin
     * @param refusal naming the quota that leaves no more, the limit, and when it is free again;
     *     null when none does
     */
    record Left(int runs, @Nullable TooManyException refusal) {}

    /** How many of so many runs fit. */
    Left left(String tenant, InForce limits, int wanted) {
        var now = clock.instant();
        var today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        try {
            check(tenant, limits, today, now);
        } catch (TooManyException e) {
            return new Left(0, e);
        }
        var most = limits.value(Setting.MAX_RUNS_PER_DAY);
        return most.isPresent()
                ? runs(tenant, wanted, most.get().intValueExact(), now)
                : new Left(wanted, null);
    }

    private void check(String tenant, InForce limits, LocalDate today, Instant now) {
        limits.value(Setting.MAX_COST_PER_DAY_USD)
                .ifPresent(most ->
                        cost(
                                tenant,
                                new Money(Setting.MAX_COST_PER_DAY_USD, most, today, "today"),
                                today.plusDays(1),
                                now));
        var month = today.withDayOfMonth(1);
        limits.value(Setting.MAX_COST_PER_MONTH_USD)
                .ifPresent(most ->
                        cost(
                                tenant,
                                new Money(
                                        Setting.MAX_COST_PER_MONTH_USD, most, month, "this month"),
                                month.plusMonths(1),
                                now));
        limits.value(Setting.MAX_STORAGE_MB).ifPresent(most -> storage(tenant, most));
    }

    private Left runs(String tenant, int wanted, int most, Instant now) {
        var today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        var left = Math.max(0, most - store.since(tenant, start(today), most));
        if (left >= wanted) {
            return new Left(wanted, null);
        }
        return new Left(
                left,
                used(
                        Setting.MAX_RUNS_PER_DAY,
                        "%d runs were handed in today, which is as many as the tenant may on one day (UTC)"
                                .formatted(most),
                        start(today.plusDays(1)),
                        now));
    }

    private record Money(Setting setting, BigDecimal most, LocalDate from, String when) {}

    private void cost(String tenant, Money limit, LocalDate free, Instant now) {
        var spent = BigDecimal.valueOf(store.spent(tenant, limit.from()), NANO_DIGITS);
        if (spent.compareTo(limit.most()) >= 0) {
            throw used(
                    limit.setting(),
                    "%s US dollars were spent %s of %s that the tenant may spend"
                            .formatted(
                                    spent.stripTrailingZeros().toPlainString(),
                                    limit.when(),
                                    limit.most().toPlainString()),
                    start(free),
                    now);
        }
    }

    private void storage(String tenant, BigDecimal most) {
        long bytes = storage.get(tenant);
        if (BigDecimal.valueOf(bytes).compareTo(most.multiply(MEGABYTE)) > 0) {
            throw TooManyException.quota(
                    "Quota %s: the tenant keeps %d bytes of output and logs, more than %s MB. It is free again when older runs are deleted, which happens as long after their end as they are kept."
                            .formatted(
                                    Setting.MAX_STORAGE_MB.wireName(), bytes, most.toPlainString()),
                    STORAGE_LATER);
        }
    }

    private static TooManyException used(Setting quota, String what, Instant free, Instant now) {
        return TooManyException.quota(
                "Quota %s: %s. It is free again at %s.".formatted(quota.wireName(), what, free),
                Duration.between(now, free));
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}

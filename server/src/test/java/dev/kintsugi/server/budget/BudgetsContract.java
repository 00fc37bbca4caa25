package dev.kintsugi.server.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.budget.Budgets.Kind;
import dev.kintsugi.server.budget.Budgets.Limits;
import dev.kintsugi.server.platform.Transactions;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every keeper of budgets does. */
abstract class BudgetsContract {
    static final String RUN = "r-1";
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int ATTEMPTS = 10;
    private static final long COST = 1_000;

    private Budgets budgets;
    private Transactions transactions;

    /** Budgets and what their transactions are. */
    record Opened(Budgets budgets, Transactions transactions) {}

    /** Budgets of nobody yet; the run exists. */
    abstract Opened opened();

    @BeforeEach
    final void open() {
        var opened = opened();
        budgets = opened.budgets();
        transactions = opened.transactions();
        in(() -> {
            budgets.open("default", RUN, new Limits(60_000, COST, ATTEMPTS), NOW);
            return RUN;
        });
    }

    private <T> T in(Supplier<T> work) {
        return transactions.asSystem(work);
    }

    private void settle(Kind kind, long amount) {
        in(() -> {
            budgets.settle(RUN, kind, amount, NOW);
            return RUN;
        });
    }

    @Test
    void theLimitHoldsHoweverManyReserveAtOnce() throws Exception {
        Callable<Optional<Kind>> reserve = () -> in(() -> budgets.reserveAttempt(RUN, NOW));

        var refused = 0;
        try (var threads = Executors.newFixedThreadPool(32)) {
            for (var answer : threads.invokeAll(Collections.nCopies(32, reserve))) {
                refused += answer.get().equals(Optional.of(Kind.ATTEMPTS)) ? 1 : 0;
            }
        }

        assertThat(refused).isEqualTo(32 - ATTEMPTS);
        assertThat(in(() -> budgets.used(RUN, Kind.ATTEMPTS))).isEqualTo(ATTEMPTS);
    }

    @Test
    void noAttemptIsReservedOnceTheMoneyIsSpent() {
        settle(Kind.COST, COST);
        assertThat(in(() -> budgets.reserveAttempt(RUN, NOW))).isEmpty();

        settle(Kind.COST, 1);

        assertThat(in(() -> budgets.reserveAttempt(RUN, NOW))).contains(Kind.COST);
        assertThat(in(() -> budgets.used(RUN, Kind.ATTEMPTS))).isEqualTo(1);
    }

    @Test
    void whatIsSpentIsCountedBeyondTheLimitToo() {
        settle(Kind.TIME, 50_000);
        settle(Kind.TIME, 50_000);

        assertThat(in(() -> budgets.used(RUN, Kind.TIME))).isEqualTo(100_000);
    }

    @Test
    void aReservationOfATurnThatRollsBackIsGivenBack() {
        try {
            in(() -> {
                budgets.reserveAttempt(RUN, NOW);
                throw new IllegalStateException("rolled back");
            });
        } catch (IllegalStateException _) {
            // as meant
        }

        assertThat(in(() -> budgets.used(RUN, Kind.ATTEMPTS))).isZero();
    }
}

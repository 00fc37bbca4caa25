package dev.kintsugi.server.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import dev.kintsugi.server.budget.Budgets.Kind;
import dev.kintsugi.server.budget.Budgets.Limits;
import dev.kintsugi.server.budget.Budgets.Opening;
import dev.kintsugi.server.budget.Budgets.Standing;
import dev.kintsugi.server.platform.Transactions;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
            budgets.open(
                    List.of(new Opening("default", RUN, new Limits(60_000, COST, ATTEMPTS))), NOW);
            return RUN;
        });
    }

    private <T> T in(Supplier<T> work) {
        return transactions.asSystem(work);
    }

    private void settle(Kind kind, long amount) {
        in(() -> {
            budgets.settle(RUN, kind, 0, amount, NOW);
            return RUN;
        });
    }

    private boolean reserve(Kind kind, long amount) {
        return in(() -> budgets.reserve(RUN, kind, amount, NOW));
    }

    private Standing standing(Kind kind) {
        return in(() -> budgets.standing(RUN, kind));
    }

    @Test
    void theLimitHoldsHoweverManyReserveAtOnce() throws Exception {
        Callable<Boolean> reserve = () -> reserve(Kind.ATTEMPTS, 1);

        var refused = 0;
        try (var threads = Executors.newFixedThreadPool(32)) {
            for (var answer : threads.invokeAll(Collections.nCopies(32, reserve))) {
                refused += answer.get() ? 0 : 1;
            }
        }

        assertThat(refused).isEqualTo(32 - ATTEMPTS);
        assertThat(standing(Kind.ATTEMPTS)).isEqualTo(new Standing(0, ATTEMPTS));
    }

    @Test
    void nothingAtAllIsReservedOnceMoreIsSpentThanAllowed() {
        settle(Kind.COST, COST);
        assertThat(reserve(Kind.COST, 0)).isTrue();

        settle(Kind.COST, 1);

        assertThat(reserve(Kind.COST, 0)).isFalse();
    }

    @Test
    void whatIsSettledMakesRoomForWhatWasNotUsed() {
        assertThat(reserve(Kind.COST, COST)).isTrue();
        assertThat(reserve(Kind.COST, 1)).isFalse();

        in(() -> {
            budgets.settle(RUN, Kind.COST, COST, 400, NOW);
            return RUN;
        });

        assertThat(standing(Kind.COST)).isEqualTo(new Standing(400, 0));
        assertThat(reserve(Kind.COST, 601)).isFalse();
        assertThat(reserve(Kind.COST, 600)).isTrue();
    }

    @Test
    void whatIsReleasedIsAsIfItHadNeverBeenReserved() {
        for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
            assertThat(reserve(Kind.ATTEMPTS, 1)).isTrue();
        }

        in(() -> {
            budgets.release(RUN, Kind.ATTEMPTS, 1, NOW);
            return RUN;
        });

        assertThat(standing(Kind.ATTEMPTS)).isEqualTo(new Standing(0, ATTEMPTS - 1));
        assertThat(reserve(Kind.ATTEMPTS, 1)).isTrue();
        assertThat(reserve(Kind.ATTEMPTS, 1)).isFalse();
    }

    @Test
    void moreThanWasReservedIsNotGivenBack() {
        assertThatException()
                .isThrownBy(() ->
                        in(() -> {
                            budgets.release(RUN, Kind.ATTEMPTS, 1, NOW);
                            return RUN;
                        }));
    }

    @Test
    void noMoneyIsSetAsideTwiceHoweverManyAskAtOnce() throws Exception {
        Callable<Boolean> reserve = () -> reserve(Kind.COST, COST / 4);

        var granted = 0;
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (var answer : threads.invokeAll(Collections.nCopies(16, reserve))) {
                granted += answer.get() ? 1 : 0;
            }
        }

        assertThat(granted).isEqualTo(4);
        assertThat(standing(Kind.COST)).isEqualTo(new Standing(0, COST));
    }

    @Test
    void allTheTimeThatIsLeftIsSetAsideWhileTheClockRuns() {
        assertThat(standing(Kind.TIME)).isEqualTo(new Standing(0, 60_000));
        worked(1_000, true);
        assertThat(standing(Kind.TIME)).isEqualTo(new Standing(1_000, 59_000));
        worked(21_000, false);
        assertThat(standing(Kind.TIME)).isEqualTo(new Standing(21_000, 0));

        worked(70_000, true);

        assertThat(standing(Kind.TIME)).isEqualTo(new Standing(70_000, 0));
    }

    private void worked(long millis, boolean goesOn) {
        in(() -> {
            budgets.worked(Map.of(RUN, new Budgets.Worked(millis, goesOn)), NOW);
            return RUN;
        });
    }

    @Test
    void whatIsSpentIsCountedBeyondTheLimitToo() {
        settle(Kind.COST, 50_000);
        settle(Kind.COST, 50_000);

        assertThat(standing(Kind.COST)).isEqualTo(new Standing(100_000, 0));
    }

    @Test
    void aReservationOfATurnThatRollsBackIsGivenBack() {
        try {
            in(() -> {
                budgets.reserve(RUN, Kind.ATTEMPTS, 1, NOW);
                throw new IllegalStateException("rolled back");
            });
        } catch (IllegalStateException _) {
            // as meant
        }

        assertThat(standing(Kind.ATTEMPTS)).isEqualTo(new Standing(0, 0));
    }
}

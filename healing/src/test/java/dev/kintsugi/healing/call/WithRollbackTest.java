package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.rollback.CompensationLog;
import dev.kintsugi.healing.rollback.Journal;
import dev.kintsugi.healing.rollback.Rollback;
import dev.kintsugi.healing.rollback.Undo;
import dev.kintsugi.healing.time.ManualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WithRollbackTest {

    private final ManualTime time = new ManualTime();
    private final Heard heard = new Heard();
    private final Recovery recovery =
            Recovery.of(
                    "orders", Setting.standard().time(time.with(new Random(7))).listener(heard));
    private final AtomicReference<String> state = new AtomicReference<>("before");
    private final List<String> undone = new ArrayList<>();
    private final Rollback rollback =
            Rollback.with(
                    Journal.inMemory(),
                    Map.of(
                            "seat",
                            undone::add,
                            "hotel",
                            _ -> {
                                throw new IOException("hotel is closed");
                            }));

    @Test
    void restoresTheSnapshotOfACallThatFailed() {
        Undo undo =
                Undo.restoring(
                        state.get(),
                        before -> {
                            time.pass(ofSeconds(2));
                            state.set(before);
                        });

        assertThatThrownBy(() -> recovery.rollback(undo).call(this::changeAndFail))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");

        assertThat(state.get()).isEqualTo("before");
        assertThat(result().action()).isEqualTo(RecoveryAction.ROLLBACK);
        assertThat(result().outcome()).isEqualTo(RecoveryResult.Outcome.CONTAINED);
        assertThat(result().metadata()).containsEntry("rollback_undone", "1");
        assertThat(result().duration()).isEqualTo(ofSeconds(2));
    }

    @Test
    void takesNothingBackOfACallThatWentWell() throws Exception {
        var retried = recovery.retry(Retry.attempts(2));
        Undo undo = Undo.restoring(state.get(), state::set);

        String poem = retried.rollback(undo).call(new Flaky(new IOException("Broken pipe")));

        assertThat(poem).isEqualTo("poem");
        state.set("after");
        assertThat(state.get()).isEqualTo("after");
        assertThat(result().action()).isEqualTo(RecoveryAction.RETRY_BACKOFF);
    }

    @Test
    void takesBackOnlyAfterTheLastAttempt() {
        var seen = new ArrayList<String>();
        var retried = recovery.retry(Retry.attempts(3));
        Undo undo = Undo.restoring(state.get(), state::set);

        assertThatThrownBy(() ->
                retried.rollback(undo)
                        .call(() -> {
                            seen.add(state.getAndSet("half done"));
                            throw new IOException("Broken pipe");
                        }));

        assertThat(seen).containsExactly("before", "half done", "half done");
        assertThat(state.get()).isEqualTo("before");
    }

    @Test
    void runsTheCompensationsOfACallThatFailed() {
        CompensationLog trip = rollback.begin("trip");

        assertThatThrownBy(() ->
                        recovery.rollback(trip)
                                .call(() -> {
                                    trip.record("seat", "1A");
                                    trip.record("hotel", "12");
                                    trip.record("seat", "2B");
                                    throw new IOException("no car");
                                }))
                .hasMessage("no car")
                .satisfies(e ->
                        assertThat(e.getSuppressed())
                                .singleElement()
                                .satisfies(s -> assertThat(s).hasMessage("hotel is closed")));

        assertThat(undone).containsExactly("2B", "1A");
        assertThat(result().outcome()).isEqualTo(RecoveryResult.Outcome.FAILED);
        assertThat(result().metadata())
                .containsEntry("rollback_undone", "2")
                .containsEntry("rollback_failed", "1");
    }

    @Test
    void endsTheLogOfACallThatWentWell() throws Exception {
        CompensationLog trip = rollback.begin("trip");

        recovery.rollback(trip)
                .call(() -> {
                    trip.record("seat", "1A");
                    return "booked";
                });

        assertThat(trip.run().parts()).isEmpty();
        assertThat(undone).isEmpty();
    }

    @Test
    void takesBackACallThatFailedOfAnError() {
        Undo undo = Undo.restoring(state.get(), state::set);

        assertThatThrownBy(() ->
                        recovery.rollback(undo)
                                .call(() -> {
                                    state.set("half done");
                                    throw new StackOverflowError();
                                }))
                .isInstanceOf(StackOverflowError.class);

        assertThat(state.get()).isEqualTo("before");
    }

    @Test
    void saysThatItTakesBackOutsideOfAll() {
        assertThat(recovery.rollback(() -> rollback.begin("x").run()).describe())
                .startsWith("rollback > ");
    }

    private String changeAndFail() throws IOException {
        state.set("half done");
        throw new IOException("disk");
    }

    private RecoveryResult result() {
        return heard.all(HealingEvent.RecoveryEnded.class).getLast().result();
    }

    @Test
    void takesBackAnAsynchronousCallThatFailed() {
        Undo undo = Undo.restoring(state.get(), state::set);
        state.set("changed");

        CompletableFuture<String> future =
                recovery.rollback(undo)
                        .callAsync(() -> CompletableFuture.failedFuture(new IOException("disk")));

        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IOException.class);
        assertThat(state.get()).isEqualTo("before");
    }

    @Test
    void takesBackAnAsynchronousCallThatWasCancelled() throws Exception {
        var restored = new CountDownLatch(1);
        Undo undo = Undo.restoring("before", _ -> restored.countDown());
        CompletableFuture<String> future =
                recovery.rollback(undo).callAsync(CompletableFuture<String>::new);

        future.cancel(true);

        assertThat(restored.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void takesBackWhatWasStartedAndCancelled() throws Exception {
        var began = new CountDownLatch(1);
        var restored = new CountDownLatch(1);
        Undo undo = Undo.restoring("before", _ -> restored.countDown());
        CompletableFuture<String> future =
                recovery.rollback(undo)
                        .start(() -> {
                            began.countDown();
                            new CountDownLatch(1).await();
                            return "never";
                        });
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();

        future.cancel(true);

        assertThat(restored.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void endsTheUnitOfAnAsynchronousCallThatWentWell() throws Exception {
        CompensationLog trip = rollback.begin("trip");
        trip.record("seat", "12A");

        String poem =
                recovery.rollback(trip)
                        .callAsync(() -> CompletableFuture.completedFuture("poem"))
                        .get(10, TimeUnit.SECONDS);

        assertThat(poem).isEqualTo("poem");
        assertThat(rollback.recover()).isEmpty();
        assertThat(undone).isEmpty();
        assertThatThrownBy(() -> trip.record("seat", "12B"))
                .isInstanceOf(IllegalStateException.class);
    }
}

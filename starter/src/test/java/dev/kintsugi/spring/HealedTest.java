package dev.kintsugi.spring;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.call.CallRejected;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.test.util.AopTestUtils;

class HealedTest {
    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(HealingAutoConfiguration.class))
                    .withPropertyValues(
                            "kintsugi.healing.components.model.retry.initial-delay=0s",
                            "kintsugi.healing.components.model.breaker.failure-threshold=1000")
                    .withBean(Poet.class);

    static class Poet {
        volatile int calls;
        volatile int failures;
        IOException failure = new ConnectException("Connection refused");

        @Healed(component = "model")
        String poem(String about) throws IOException {
            calls++;
            if (failures-- > 0) {
                throw failure;
            }
            return "On " + about;
        }

        @Healed(component = "model", fallback = "silence")
        String poemOrSilence(String about) throws IOException {
            return poem(about);
        }

        private String silence(String about) {
            return "(no word on " + about + ")";
        }

        @Healed(component = "model", fallback = "excuse")
        String poemOrExcuse(String about) throws IOException {
            return poem(about);
        }

        private String excuse(String about, Throwable why) {
            return about + ": " + why.getMessage();
        }

        @Healed(component = "model", fallback = "rethrow")
        void forget() throws IOException {
            poem("nothing");
        }

        @Healed(component = "model", fallback = "silenceLater")
        CompletableFuture<String> poemLater(String about) {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return poem(about);
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            });
        }

        private CompletableFuture<String> silenceLater(String about) {
            return CompletableFuture.supplyAsync(() -> silence(about));
        }

        void rethrow() throws IOException {
            throw new IOException("nor does this work");
        }
    }

    @Test
    void retriesUntilItGoesWell() {
        application.run(context -> {
            Poet poet = context.getBean(Poet.class);
            poet(poet).failures = 2;

            assertThat(poet.poem("gold")).isEqualTo("On gold");

            assertThat(poet(poet).calls).isEqualTo(3);
        });
    }

    @Test
    void methodsOfOneComponentThatCallEachOtherDoNotMultiplyTheirAttempts() {
        application
                .withBean(Anthology.class)
                .run(context -> {
                    Poet poet = context.getBean(Poet.class);
                    poet(poet).failures = 100;

                    assertThatExceptionOfType(ConnectException.class)
                            .isThrownBy(() -> context.getBean(Anthology.class).first());

                    assertThat(poet(poet).calls).isEqualTo(3);
                });
    }

    static class Anthology {
        private final Poet poet;

        Anthology(Poet poet) {
            this.poet = poet;
        }

        @Healed(component = "model")
        String first() throws IOException {
            return poet.poem("the beginning");
        }
    }

    @Test
    void throwsWhatTheMethodThrewLast() {
        application.run(context -> {
            Poet poet = context.getBean(Poet.class);
            poet(poet).failures = 3;

            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> poet.poem("gold"))
                    .isSameAs(poet(poet).failure);
        });
    }

    @Test
    void servesByTheFallback() {
        application.run(context -> {
            Poet poet = context.getBean(Poet.class);
            poet(poet).failures = 3;

            assertThat(poet.poemOrSilence("gold")).isEqualTo("(no word on gold)");
            assertThat(poet.poemOrSilence("silver")).isEqualTo("On silver");
        });
    }

    @Test
    void tellsTheFallbackWhatWasThrown() {
        application.run(context -> {
            Poet poet = context.getBean(Poet.class);
            poet(poet).failures = 3;

            assertThat(poet.poemOrExcuse("gold")).isEqualTo("gold: Connection refused");
        });
    }

    @Test
    void healsWhatIsCompletedLater() {
        application.run(context -> {
            Poet poet = context.getBean(Poet.class);
            poet(poet).failures = 2;
            assertThat(poet.poemLater("gold").get(1, MINUTES)).isEqualTo("On gold");
            assertThat(poet(poet).calls).isEqualTo(3);

            poet(poet).failures = 3;
            assertThat(poet.poemLater("gold").get(1, MINUTES)).isEqualTo("(no word on gold)");
        });
    }

    @Test
    void throwsWhatTheMethodThrewWhereTheFallbackFailsToo() {
        application.run(context -> {
            Poet poet = context.getBean(Poet.class);
            poet(poet).failures = 3;

            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(poet::forget)
                    .satisfies(it ->
                            assertThat(it.getSuppressed())
                                    .extracting(Throwable::getMessage)
                                    .contains("nor does this work"));
        });
    }

    @Test
    void tellsTheFallbackOfACallThatWasNotMade() {
        application.run(context -> {
            Poet poet = context.getBean(Poet.class);
            context.getBean(Recoveries.class).of("model").circuitBreaker().orElseThrow().isolate();

            assertThat(poet.poemOrExcuse("gold"))
                    .isEqualTo("gold: model: not called, its circuit breaker is open");
            assertThatExceptionOfType(CallRejected.class).isThrownBy(() -> poet.poem("gold"));
            assertThat(poet(poet).calls).isZero();
        });
    }

    @Test
    void tellsListenersOfTheApplication() {
        var heard = new ArrayList<HealingEvent>();

        application
                .withBean(HealingListener.class, () -> heard::add)
                .run(context -> {
                    Poet poet = context.getBean(Poet.class);
                    poet(poet).failures = 1;

                    poet.poem("gold");

                    assertThat(heard)
                            .hasExactlyElementsOfTypes(
                                    HealingEvent.CallFailed.class,
                                    HealingEvent.RecoveryEnded.class);
                    var failed = (HealingEvent.CallFailed) heard.getFirst();
                    assertThat(failed.error().operation()).isEqualTo("poem");
                });
    }

    @Test
    void doesNothingWhenItIsTurnedOff() {
        application
                .withPropertyValues("kintsugi.healing.enabled=false")
                .run(context -> {
                    Poet poet = context.getBean(Poet.class);
                    poet.failures = 1;

                    assertThatExceptionOfType(ConnectException.class)
                            .isThrownBy(() -> poet.poem("gold"));
                });
    }

    @Test
    void knowsComponentsBeforeTheirFirstCall() {
        application.run(
                context -> assertThat(context.getBean(Recoveries.class).find("model")).isPresent());
    }

    interface Painter {
        @Healed(component = "model")
        String paint() throws IOException;
    }

    static class Dauber implements Painter {
        int calls;

        @Override
        public String paint() throws IOException {
            if (calls++ == 0) {
                throw new ConnectException("Connection refused");
            }
            return "gold";
        }
    }

    @Test
    void healsMethodsThatAreAnnotatedInAnInterface() {
        application
                .withBean(Dauber.class)
                .run(context ->
                        assertThat(context.getBean(Painter.class).paint()).isEqualTo("gold"));
    }

    static class WithoutFallback {
        @Healed(component = "model", fallback = "other")
        public String first(int number, String text) {
            return text;
        }

        Object other(int number, String text) {
            return number;
        }
    }

    static class Hidden {
        @Healed(component = "model")
        private void hidden() {}
    }

    static class Ended {
        @Healed(component = "model")
        public final void ended() {}
    }

    static class Nameless {
        @Healed(component = " ")
        public void nameless() {}
    }

    static class Later {
        @Healed(component = "model")
        public Future<String> later() {
            throw new AssertionError();
        }
    }

    @Test
    void refusesAnUnknownFallback() {
        assertThat(refused(new WithoutFallback()))
                .isEqualTo(
                        "@Healed on dev.kintsugi.spring.HealedTest$WithoutFallback.first(int, String):"
                                + " its fallback must be other(int, String) or other(int, String,"
                                + " Throwable) in dev.kintsugi.spring.HealedTest$WithoutFallback,"
                                + " returning java.lang.String; there is java.lang.Object"
                                + " dev.kintsugi.spring.HealedTest$WithoutFallback.other(int,java.lang.String)");
    }

    @Test
    void refusesWhatCannotBeHealed() {
        List<String> why =
                List.of(
                        refused(new Hidden()),
                        refused(new Ended()),
                        refused(new Nameless()),
                        refused(new Later()));

        assertThat(why)
                .containsExactly(
                        "@Healed on dev.kintsugi.spring.HealedTest$Hidden.hidden(), which is private:"
                                + " calls of it cannot be seen",
                        "@Healed on dev.kintsugi.spring.HealedTest$Ended.ended(), which is final:"
                                + " calls of it cannot be seen",
                        "@Healed on dev.kintsugi.spring.HealedTest$Nameless.nameless(), which names"
                                + " no component",
                        "@Healed on dev.kintsugi.spring.HealedTest$Later.later(), which returns"
                                + " Future: of what is completed later, only CompletionStage and CompletableFuture can be healed");
    }

    private <T> String refused(T bean) {
        var why = new ArrayList<String>();
        @SuppressWarnings("unchecked")
        var type = (Class<T>) bean.getClass();
        application
                .withBean(type, () -> bean)
                .run(context -> {
                    Throwable failure = Objects.requireNonNull(context.getStartupFailure());
                    why.add(
                            String.valueOf(
                                    NestedExceptionUtils.getMostSpecificCause(failure)
                                            .getMessage()));
                });
        return why.getFirst();
    }

    /** Behind the proxy, whose fields are not those of the bean. */
    private static Poet poet(Poet proxy) {
        return (Poet) AopTestUtils.<Object>getTargetObject(proxy);
    }
}

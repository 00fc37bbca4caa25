package dev.kintsugi.healing.call;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.time.ManualTime;
import dev.kintsugi.healing.time.Ticker;
import dev.kintsugi.healing.time.TimeAndChance;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What all builders do with what is missing, and with nonsense. */
class BuildersTest {
    private static final TimeAndChance TIME = new ManualTime().with(new Random(7));
    private static final Setting SETTING = Setting.standard().time(TIME);

    /** One of each kind that builders are given. */
    private static final Map<Class<?>, Object> SAMPLES =
            Map.ofEntries(
                    Map.entry(int.class, 2),
                    Map.entry(double.class, 1.0),
                    Map.entry(boolean.class, true),
                    Map.entry(String.class, "model"),
                    Map.entry(Duration.class, ofSeconds(2)),
                    Map.entry(Predicate.class, (Predicate<Object>) _ -> true),
                    Map.entry(List.class, List.of()),
                    Map.entry(Ticker.class, TIME.ticker()),
                    Map.entry(TimeAndChance.class, TIME),
                    Map.entry(BreakerStore.class, BreakerStore.none()),
                    Map.entry(Setting.class, SETTING),
                    Map.entry(Retry.class, Retry.attempts(3)),
                    Map.entry(RetryBudget.class, RetryBudget.standard()),
                    Map.entry(Breaker.class, Breaker.opensAfter(5)),
                    Map.entry(BreakerConfig.class, BreakerConfig.standard()),
                    Map.entry(FailureRate.class, FailureRate.of(0.5)),
                    Map.entry(RateLimit.class, RateLimit.of(1, ofSeconds(1))),
                    Map.entry(Bulkhead.class, Bulkhead.atMost(1)),
                    Map.entry(Hedge.class, Hedge.after(ofSeconds(1))),
                    Map.entry(LastGood.class, LastGood.within(ofSeconds(1))),
                    Map.entry(Recovery.class, Recovery.of("model", SETTING)));

    @Test
    void nameWhatIsMissing() throws Exception {
        var tried = new ArrayList<String>();

        for (Map.Entry<Class<?>, Object> each : SAMPLES.entrySet()) {
            for (Method method : each.getKey().getMethods()) {
                if (builds(method)) {
                    refusesNulls(method, each.getValue());
                    tried.add(method.getName());
                }
            }
        }

        assertThat(tried).contains("backoff", "timeout", "after", "withTimeout", "orAt", "hedge");
    }

    @Test
    void sayWhatTheyRefuse() {
        refused(() -> Recovery.of(""), "component must not be blank");
        refused(() -> Recovery.of(" ", SETTING), "component must not be blank");
        refused(() -> Fallback.value("", "value"), "name must not be blank");
        refused(() -> Fallback.to(" ", () -> "value"), "name must not be blank");
        refused(
                () -> Retry.attempts(3).backoff(ofSeconds(-1), ofSeconds(1)),
                "firstDelay must be in [PT0S, PT24H], was PT-1S");
        refused(
                () -> Recovery.of("model").timeout(Duration.ZERO),
                "timeout must be in [PT0.001S, PT24H], was PT0S");
        refused(
                () -> Recovery.of("model").deadline(ofSeconds(-5)),
                "deadline must be in [PT0.001S, PT24H], was PT-5S");
        refused(() -> Bulkhead.atMost(0), "maxConcurrent must be in [1, 1000000], was 0");
        refused(
                () -> BreakerConfig.standard().withTimeout(ofSeconds(-1)),
                "timeout must be in [1 ms, 1 day], was PT-1S");
    }

    private static void refused(ThrowingCallable builder, String message) {
        assertThatThrownBy(builder)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    /** Methods that return what builders are given, or what calls are made by. */
    private static boolean builds(Method method) {
        Class<?> built = method.getReturnType();
        return method.getDeclaringClass().getPackageName().matches(".*healing.(call|breaker)")
                && built.getPackageName().startsWith("dev.kintsugi")
                && (SAMPLES.containsKey(built)
                        || built == WithFallback.class
                        || built == WithRollback.class);
    }

    private static void refusesNulls(Method method, Object builder) throws Exception {
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (types[i].isPrimitive()) {
                continue;
            }
            @Nullable Object[] given = new @Nullable Object[types.length];
            for (int k = 0; k < types.length; k++) {
                given[k] = k == i ? null : SAMPLES.get(types[k]);
            }
            assertThatThrownBy(() -> method.invoke(builder, given))
                    .as("%s, parameter %d", method, i)
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .isInstanceOf(NullPointerException.class)
                    .message()
                    .as("%s, parameter %d", method, i)
                    .matches("[a-zA-Z]+");
        }
    }
}

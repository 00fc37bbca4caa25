package dev.kintsugi.healing.engine;

import dev.kintsugi.healing.RecoveryResult;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.CircuitBreaker;
import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Operation;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Retry;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.detect.CallSite;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.health.HealthMonitor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls with recovery (YAGO's recovery engine): what was registered for a component's name
 * applies to its calls, outcomes go to its health, recoveries are counted.
 *
 * <pre>{@code
 * var engine = new RecoveryEngine(monitor, detector);
 * engine.registerCircuitBreaker("llm", BreakerConfig.standard());
 * engine.registerFallback("llm", Fallback.to("local", () -> local.generate(prompt)));
 * String poem = engine.executeWithRecovery("llm", "generate", () -> openai.generate(prompt));
 * }</pre>
 *
 * <p>A component of which nothing was registered has three attempts, 1 s apart at first, 60 s at
 * most. Every component is registered with the monitor; one for which that has no room is called
 * all the same, without its health being kept, which is logged once. Safe for use by many threads.
 * Where the names are known when a program is written, {@link Recovery} does the same with types
 * and without a look-up.
 */
public final class RecoveryEngine {
    /** How many recoveries are remembered one by one. */
    public static final int HISTORY = 1_000;

    /** Components beyond these are called, counted and kept in health as one: {@link #OTHERS}. */
    public static final int MAX_COMPONENTS = 10_000;

    /** What is registered of this name applies to all components beyond the limit. */
    public static final String OTHERS = "others";

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryEngine.class);

    private static final Retry USUAL =
            Retry.attempts(3).backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));

    private final HealthMonitor monitor;
    private final Setting setting;
    private final RecoveryLog log = new RecoveryLog();
    private final ConcurrentHashMap<String, Line> lines = new ConcurrentHashMap<>();
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * An engine with the standard setting but for the detector; health is recorded in the monitor.
     */
    public RecoveryEngine(HealthMonitor monitor, ErrorDetector detector) {
        this(monitor, Setting.standard().detector(detector));
    }

    /**
     * @param setting for time, the detector, and listeners of one's own
     */
    public RecoveryEngine(HealthMonitor monitor, Setting setting) {
        this.monitor = monitor;
        this.setting = setting.listener(log);
    }

    /**
     * Makes a call.
     *
     * @param operation names what the component is called for, in errors and statistics
     * @return what the call returned, or a fallback, which must be of the same type
     * @throws X what the last attempt threw, when recovery did not help
     */
    @SuppressWarnings("unchecked") // a call of T or a fallback registered for it
    public <T, X extends Exception> T executeWithRecovery(
            String component, String operation, Operation<? extends T, X> call) throws X {
        Line line = line(component);
        return (T) line.call(CallSite.of(line.component(), operation), call);
    }

    /**
     * As {@link #executeWithRecovery}, for a call that does not hold its caller: see {@link
     * Recovery#callAsync(Supplier)}. For one that blocks, call {@link #executeWithRecovery} on a
     * virtual thread.
     *
     * @param call begins the work and returns at once
     */
    @SuppressWarnings("unchecked") // a call of T or a fallback registered for it
    public <T> CompletableFuture<T> executeWithRecoveryAsync(
            String component, String operation, Supplier<? extends CompletionStage<T>> call) {
        Line line = line(component);
        return (CompletableFuture<T>)
                line.callAsync(
                        CallSite.of(line.component(), operation),
                        () -> (CompletionStage<Object>) call.get());
    }

    private Line line(String component) {
        Line line = lines.get(component);
        if (line != null) {
            return line;
        }
        if (lines.size() < MAX_COMPONENTS) {
            return lines.computeIfAbsent(component, this::plain);
        }
        Line others = lines.get(OTHERS);
        return others != null ? others : lines.computeIfAbsent(OTHERS, this::firstOfOthers);
    }

    private Line firstOfOthers(String name) {
        LOG.warn("components beyond {} are called as one, {}", MAX_COMPONENTS, name);
        return plain(name);
    }

    /** Gives the component a breaker, closed, instead of one that it may have. */
    public void registerCircuitBreaker(String component, BreakerConfig config) {
        register(component, it -> it.with(recovery -> recovery.breaker(new Breaker(config))));
    }

    /** Retries the component's calls so, instead of as usual. */
    public void registerRetry(String component, Retry retry) {
        register(component, it -> it.with(recovery -> recovery.retry(retry)));
    }

    /** Others that serve, in this order, when the component does not: 1 to 10. */
    @SuppressWarnings("unchecked") // of the type of the calls, as executeWithRecovery says
    public void registerFallback(String component, Fallback<?>... fallbacks) {
        List<Fallback<Object>> others =
                Arrays.stream(fallbacks).map(each -> (Fallback<Object>) each).toList();
        if (others.isEmpty()) {
            throw new IllegalArgumentException("fallbacks must be in [1, 10], was 0");
        }
        register(component, it -> new Line(it.component(), it.recovery(), others));
    }

    /** The component's breaker, for its state and its control by hand. */
    public Optional<CircuitBreaker> circuitBreaker(String component) {
        return Optional.ofNullable(lines.get(component))
                .flatMap(line -> line.recovery().circuitBreaker());
    }

    /** All breakers by component, sorted. */
    public SortedMap<String, CircuitBreaker> circuitBreakers() {
        var breakers = new TreeMap<String, CircuitBreaker>();
        lines.forEach((component, line) ->
                line.recovery()
                        .circuitBreaker()
                        .ifPresent(breaker -> breakers.put(component, breaker)));
        return breakers;
    }

    /** How recoveries ended, over all, by action and by component. */
    public RecoveryStatistics statistics() {
        return log.statistics();
    }

    /**
     * The last recoveries, newest first.
     *
     * @param count at most so many, 1 to {@link #HISTORY}
     */
    public List<RecoveryResult> recentRecoveries(int count) {
        if (count < 1 || count > HISTORY) {
            throw new IllegalArgumentException(
                    "count must be in [1, %d], was %d".formatted(HISTORY, count));
        }
        return log.recent(count);
    }

    private Line register(String component, UnaryOperator<Line> change) {
        if (lines.size() >= MAX_COMPONENTS
                && !lines.containsKey(component)
                && !component.equals(OTHERS)) {
            throw new IllegalStateException("components must be at most " + MAX_COMPONENTS);
        }
        return lines.compute(
                component, (name, line) -> change.apply(line == null ? plain(name) : line));
    }

    private Line plain(String component) {
        try {
            monitor.register(component);
        } catch (IllegalStateException e) {
            if (warned.compareAndSet(false, true)) {
                LOG.warn("{} and maybe others are called without their health kept", component, e);
            }
        }
        var health = new Health(monitor, component);
        var recovery = Recovery.of(component, setting.listener(health)).retry(USUAL);
        return new Line(component, recovery, List.of());
    }
}

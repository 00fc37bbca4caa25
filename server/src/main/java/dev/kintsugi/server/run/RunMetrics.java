package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.queue.TaskStore.Depth;
import dev.kintsugi.server.waiting.Waits;
import dev.kintsugi.server.waiting.Waits.Counts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;

/**
 * The metrics that Meta-Builder v4 names, under exactly these names. No label names a run or a
 * tenant: their number has no bound. The registry adds {@code _total} to counters and {@code
 * _seconds} to timers, so the names here lack them.
 */
final class RunMetrics implements RunListener {
    private static final Logger log = LoggerFactory.getLogger(RunMetrics.class);
    private static final String PREFIX = "meta_builder_v4_";
    private static final Duration DEPTHS_HOLD = Duration.ofSeconds(1);

    private static final int MOST_AGENTS = 200;

    private final MeterRegistry registry;
    private final Set<String> agents = ConcurrentHashMap.newKeySet();
    private final ObjectProvider<TaskQueue> queue;
    private final ObjectProvider<Waits> waits;
    private final InstantSource clock;
    private final DoubleAdder totalCost = new DoubleAdder();
    private SortedMap<QueueClass, Depth> depths = new TreeMap<>();
    private Instant depthsAt = Instant.EPOCH;
    private Counts waiting = new Counts(0, 0);
    private Instant waitingAt = Instant.EPOCH;

    RunMetrics(
            MeterRegistry registry,
            ObjectProvider<TaskQueue> queue,
            ObjectProvider<Waits> waits,
            InstantSource clock) {
        this.registry = registry;
        this.queue = queue;
        this.waits = waits;
        this.clock = clock;
        waiting("lock", Counts::forLocks);
        waiting("run", Counts::forRuns);
        for (var queueClass : QueueClass.values()) {
            Gauge.builder(PREFIX + "queue_depth", () -> depth(queueClass).waiting())
                    .tag("queue", lower(queueClass))
                    .description("tasks waiting for a worker")
                    .register(registry);
        }
        // a gauge: a counter of this name would come out as ..._usd_total
        Gauge.builder(PREFIX + "total_cost_usd", totalCost, DoubleAdder::sum)
                .description("money spent by runs since this server started")
                .register(registry);
        for (var phase : Phase.values()) {
            attempts(phase, true);
            attempts(phase, false);
        }
        for (var budget : Budgets.Kind.values()) {
            exceeded(budget);
        }
    }

    private void waiting(String what, ToIntFunction<Counts> count) {
        Gauge.builder("kintsugi_waiting_steps", () -> count.applyAsInt(waiting()))
                .tag("for", what)
                .description("steps that wait for locks or other runs")
                .register(registry);
    }

    @Override
    public void waited(String tenant, Duration waited, @Nullable String refused) {
        registry.timer("kintsugi_wait", "outcome", refused == null ? "granted" : refused)
                .record(waited);
    }

    private synchronized Counts waiting() {
        var now = clock.instant();
        if (Duration.between(waitingAt, now).compareTo(DEPTHS_HOLD) > 0) {
            waiting = waits.getObject().counts();
            waitingAt = now;
        }
        return waiting;
    }

    private synchronized Depth depth(QueueClass queueClass) {
        var now = clock.instant();
        if (Duration.between(depthsAt, now).compareTo(DEPTHS_HOLD) > 0) {
            depths = queue.getObject().depths();
            depthsAt = now;
        }
        return depths.getOrDefault(queueClass, new Depth(0, 0));
    }

    @Override
    public void budgetExhausted(String tenant, Budgets.Kind budget) {
        exceeded(budget).increment();
    }

    /** Plans name agents, and metrics must not grow with what plans say. */
    private String agent(Step step) {
        var name = AgentMetrics.agent(step);
        return agents.size() < MOST_AGENTS && agents.add(name) || agents.contains(name)
                ? name
                : "other";
    }

    @Override
    public void attemptEnded(String tenant, Step step, boolean success, Usage usage) {
        var tags =
                Tags.of(
                        "agent", agent(step),
                        "queue", lower(step.queue()),
                        "outcome", success ? "success" : "failure");
        registry.timer(PREFIX + "agent_latency", tags)
                .record(Duration.ofMillis(usage.durationMillis()));
        registry.timer(PREFIX + "checkout", tags).record(Duration.ofMillis(usage.checkoutMillis()));
        registry.counter(PREFIX + "agent_throughput", tags).increment();
    }

    @Override
    public void paid(String tenant, long nanoUsd) {
        totalCost.add(nanoUsd / 1e9);
    }

    @Override
    public void repairAttempted(String tenant, Phase phase, boolean verified) {
        attempts(phase, verified).increment();
    }

    @Override
    public void repairEnded(String tenant, Phase phase, boolean verified, Duration took) {
        registry.timer(PREFIX + "repair_duration", "phase", lower(phase)).record(took);
    }

    @Override
    public void turnFailed(String run, Duration pause, Throwable cause) {
        registry.counter("kintsugi_turn_failures").increment();
        log.warn("a turn of run {} failed, tried again in {}", run, pause, cause);
    }

    private Counter attempts(Phase phase, boolean verified) {
        return registry.counter(
                PREFIX + "repair_attempts",
                "phase",
                lower(phase),
                "outcome",
                verified ? "verified" : "failed");
    }

    private Counter exceeded(Budgets.Kind budget) {
        return registry.counter(PREFIX + "budget_exceeded", "budget_type", lower(budget));
    }

    @Override
    public void turned(String tenant, RunView view) {
        if (view.status().isFinal()) {
            var cost = new BigDecimal(view.costUsd()).doubleValue();
            registry.summary(PREFIX + "run_cost_usd").record(cost);
            used(Budgets.Kind.COST).record(cost);
            used(Budgets.Kind.ATTEMPTS).record(view.attempts());
            used(Budgets.Kind.TIME).record(view.durationMs() / 1000.0);
        }
    }

    private DistributionSummary used(Budgets.Kind budget) {
        return registry.summary(PREFIX + "budget_usage", "budget_type", lower(budget));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.ComponentHealthView;
import dev.kintsugi.client.healing.DeadLetterView;
import dev.kintsugi.client.healing.DegradationView;
import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.degrade.Degradation;
import dev.kintsugi.healing.degrade.Feature;
import dev.kintsugi.healing.detect.DeadLetters;
import dev.kintsugi.healing.health.HealthCheckResult;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;

/**
 * How well this server itself is, and what it offers accordingly: with one of its critical
 * components ill it lets ended runs lie, with two it begins no runs, with three or more it only
 * reads, as it does while its database takes no writes.
 */
public final class ServerHealth {
    /** Between two rounds of checks; getting better takes three. */
    static final Duration INTERVAL = Duration.ofSeconds(5);

    private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(2);
    private static final String HISTORY = "history";
    private static final String NEW_RUNS = "new-runs";
    private static final String WRITES = "writes";
    private static final List<Feature> FEATURES =
            List.of(
                    new Feature(HISTORY, DegradationLevel.FULL),
                    new Feature(NEW_RUNS, DegradationLevel.LIMITED),
                    new Feature(WRITES, DegradationLevel.ESSENTIAL),
                    new Feature("reads", DegradationLevel.MAINTENANCE));

    private final HealingListener listener;
    private final BreakerStore breakers;
    private final HealthMonitor monitor;
    private final Degradation degradation;
    private final TimeAndChance time;
    private final DeadLetters deadLetters;
    private volatile List<HealthCheckResult> lastRound = List.of();

    /**
     * @param breakers where the breakers of what this server calls are kept, and shared with others
     */
    ServerHealth(
            List<OwnComponent> components,
            HealingListener listener,
            BreakerStore breakers,
            TimeAndChance time) {
        this.breakers = breakers;
        this.listener = listener;
        this.time = time;
        deadLetters = new DeadLetters(DeadLetterRows.HISTORY, time.clock());
        monitor =
                HealthMonitor.builder()
                        .time(time)
                        .listener(listener)
                        .checkInterval(INTERVAL)
                        .checkTimeout(CHECK_TIMEOUT)
                        .build();
        degradation = new Degradation("server", FEATURES, listener);
        components.forEach(this::watch);
    }

    void watch(OwnComponent component) {
        monitor.registerCritical(component.name());
        monitor.registerHealthCheck(component.name(), component.check());
    }

    /**
     * How this server calls something that it can do without, without any policy yet: a breaker
     * that is added is shared with the other servers. A component has one: two would save their
     * states over each other. Outcomes are kept as the component's health and counted in the
     * metrics.
     */
    public Recovery recovery(String component) {
        var setting =
                Setting.standard()
                        .time(time)
                        .breakers(breakers)
                        .listener(monitor.register(component))
                        .listener(deadLetters)
                        .listener(listener);
        return Recovery.of(component, setting);
    }

    /**
     * The last of this server's own calls that were given up for the request's fault since it
     * started, newest first. They may be made for any tenant, and quote answers.
     */
    List<DeadLetterView> deadLetters() {
        return deadLetters.letters().reversed().stream().map(Views::of).toList();
    }

    /** Checks all components, and follows what that shows. */
    void round() {
        List<HealthCheckResult> results = monitor.checkAll();
        lastRound = results;
        degradation.assess(
                results.stream()
                        .filter(HealthCheckResult::critical)
                        .filter(it -> it.status().compareTo(HealthStatus.UNHEALTHY) >= 0)
                        .map(HealthCheckResult::component)
                        .toList());
    }

    /** Whether there is time and room to move ended runs into history. */
    public boolean mayMoveHistory() {
        return mayWrite() && degradation.isOn(HISTORY);
    }

    /** Whether runs may begin; those that have begun go on. */
    boolean mayBeginRuns() {
        return mayWrite() && degradation.isOn(NEW_RUNS);
    }

    /** Whether anything may be changed. */
    public boolean mayWrite() {
        return degradation.isOn(WRITES) && !because().contains(OwnComponents.WRITES);
    }

    /** The components that were unhealthy at the last round, sorted. */
    SortedSet<String> because() {
        return degradation.because();
    }

    /**
     * What is on offer, and why not more, for those who run this server: all that it watches as of
     * the last round, with messages that may name its hosts and quote calls made for any tenant.
     */
    DegradationView view() {
        return view(lastRound.stream().map(Views::of).toList());
    }

    /** As {@link #view}, for tenants: what the server cannot do without, by name and status. */
    DegradationView viewForTenants() {
        return view(
                lastRound.stream()
                        .filter(HealthCheckResult::critical)
                        .map(Views::withoutReasons)
                        .toList());
    }

    private DegradationView view(List<ComponentHealthView> components) {
        var features = degradation.flags();
        features.put(HISTORY, mayMoveHistory());
        features.put(NEW_RUNS, mayBeginRuns());
        features.put(WRITES, mayWrite());
        return new DegradationView(
                degradation.level(), List.copyOf(because()), features, components);
    }
}

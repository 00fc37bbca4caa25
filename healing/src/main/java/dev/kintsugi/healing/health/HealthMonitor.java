package dev.kintsugi.healing.health;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.time.TimeAndChance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows how well components are, and tells when that changes.
 *
 * <p>A component's status follows the error rate of its calls over a sliding window (5 minutes),
 * its own check and its breaker, whichever is worst: while that is not closed it is UNHEALTHY. It
 * gets worse at once, and better only after three checks in a row; with fewer than 20 calls and no
 * check of its own it is {@link HealthStatus#INSUFFICIENT_DATA}. Safe for many threads.
 */
public final class HealthMonitor implements AutoCloseable {
    /** How many changes of status are remembered. */
    public static final int HISTORY = 1_000;

    /** How many alert callbacks there may be. */
    public static final int MAX_CALLBACKS = 100;

    private static final Logger log = LoggerFactory.getLogger(HealthMonitor.class);

    private final HealthSettings settings;
    private final ConcurrentSkipListMap<String, ComponentHealth> components =
            new ConcurrentSkipListMap<>();
    private final List<AlertLane> alerts = new CopyOnWriteArrayList<>();
    private final ReentrantLock recording = new ReentrantLock();
    private final ArrayDeque<Change> changes = new ArrayDeque<>(); // newest first, under the lock
    private @Nullable Monitoring monitoring; // under the lock, as the next two
    private long rounds;
    private @Nullable Instant lastRoundAt;

    /** A change of a component's status. */
    public record Change(
            Instant at, String component, HealthStatus from, HealthStatus to, String message) {}

    private HealthMonitor(HealthSettings settings) {
        this.settings = settings;
    }

    /** A monitor with the defaults: checks every 30 s, alerts from UNHEALTHY on. */
    public static HealthMonitor standard() {
        return builder().build();
    }

    /** A monitor that is told otherwise than by default. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The component's handle; the same one for every call with its name.
     *
     * @throws IllegalStateException when there are as many components as the monitor may have
     */
    public ComponentHealth register(String component) {
        if (component.isBlank()) {
            throw new IllegalArgumentException("component must not be blank");
        }
        return components.computeIfAbsent(
                component,
                name -> {
                    if (components.size() >= settings.maxComponents()) {
                        throw new IllegalStateException(
                                "there are %d components already, no more than maxComponents"
                                        .formatted(settings.maxComponents()));
                    }
                    return new ComponentHealth(name, settings);
                });
    }

    /**
     * As {@link #register}, for one that the system cannot do without. One that is registered
     * already becomes critical, and none becomes uncritical again.
     */
    public ComponentHealth registerCritical(String component) {
        ComponentHealth health = register(component);
        health.becomeCritical();
        return health;
    }

    /**
     * Forgets a component, which is told as a change to {@link HealthStatus#INSUFFICIENT_DATA}; its
     * handle records for nobody any more.
     */
    public void unregister(String component) {
        forget(components.remove(component));
    }

    /** Gives a component a check of its own, instead of one that it may have had. */
    public void registerHealthCheck(String component, HealthCheck check) {
        Objects.requireNonNull(check, "check");
        register(component)
                .ownCheck(new TimedCheck(check, settings.checkTimeout(), settings.spacing()));
    }

    /**
     * Adds a callback.
     *
     * @throws IllegalStateException when there are {@link #MAX_CALLBACKS} already
     */
    public void registerAlertCallback(AlertCallback callback) {
        if (alerts.size() >= MAX_CALLBACKS) {
            throw new IllegalStateException("there are %d callbacks".formatted(MAX_CALLBACKS));
        }
        alerts.add(new AlertLane(Objects.requireNonNull(callback, "callback")));
    }

    /** The handle of a component, when it is registered. */
    public Optional<ComponentHealth> find(String component) {
        return Optional.ofNullable(components.get(component));
    }

    /** The names of all components, sorted. */
    public List<String> components() {
        return List.copyOf(components.keySet());
    }

    /**
     * Records a success; who does so often keeps the handle of {@link #register} instead.
     *
     * @param responseTime not negative
     */
    public void recordSuccess(String component, Duration responseTime) {
        if (Objects.requireNonNull(responseTime, "responseTime").isNegative()) {
            throw new IllegalArgumentException(
                    "responseTime must not be negative, was " + responseTime);
        }
        register(component).success(responseTime.toNanos());
    }

    /** Records a failure; who does so often keeps the handle of {@link #register} instead. */
    public void recordFailure(String component, ErrorContext error) {
        register(component).failure(error);
    }

    /**
     * How a component is now. The numbers are as they are; the status gets worse at once, and its
     * own check runs and a better status comes nearer at most once per half check interval.
     *
     * @return empty when there is no such component
     */
    public Optional<HealthCheckResult> checkComponentHealth(String component) {
        Optional<ComponentHealth> found = find(component);
        found.flatMap(ComponentHealth::ownCheck).ifPresent(TimedCheck::askIfDue);
        return found.map(this::look);
    }

    /** As {@link #checkComponentHealth} for every component, sorted by name. */
    public List<HealthCheckResult> checkAll() {
        OwnChecks.ask(components.values());
        var results = new ArrayList<HealthCheckResult>();
        for (ComponentHealth component : components.values()) {
            results.add(look(component));
        }
        return results;
    }

    /** How all components together are now. */
    public SystemHealth systemHealth() {
        return SystemHealth.of(checkAll());
    }

    /**
     * Forgets what was counted of a component, which is told as a change to {@link
     * HealthStatus#INSUFFICIENT_DATA}; false when there is no such component.
     */
    public boolean reset(String component) {
        return forget(components.get(component));
    }

    private boolean forget(@Nullable ComponentHealth component) {
        if (component != null) {
            tell(component.forget(settings.time().clock().instant()));
        }
        return component != null;
    }

    /** The last changes of status, newest first; at most {@link #HISTORY}. */
    public List<Change> recentChanges() {
        recording.lock();
        try {
            return List.copyOf(changes);
        } finally {
            recording.unlock();
        }
    }

    /** Begins to check all components every check interval; false when that is done already. */
    public boolean startMonitoring() {
        recording.lock();
        try {
            if (monitoring != null) {
                return false;
            }
            monitoring =
                    Monitoring.begin(
                            this::round, settings.time().pause(), settings.checkInterval());
            return true;
        } finally {
            recording.unlock();
        }
    }

    /** Ends what {@link #startMonitoring} began; false when it was not begun. */
    public boolean stopMonitoring() {
        recording.lock();
        try {
            if (monitoring == null) {
                return false;
            }
            monitoring.end();
            monitoring = null;
            return true;
        } finally {
            recording.unlock();
        }
    }

    /** Whether components are checked by themselves, and how often they were. */
    public MonitoringStatus monitoringStatus() {
        recording.lock();
        try {
            return new MonitoringStatus(
                    monitoring != null,
                    settings.checkInterval(),
                    components.size(),
                    rounds,
                    lastRoundAt);
        } finally {
            recording.unlock();
        }
    }

    /** Stops monitoring. */
    @Override
    public void close() {
        stopMonitoring();
    }

    private void round() {
        checkAll();
        recording.lock();
        try {
            rounds++;
            lastRoundAt = settings.time().clock().instant();
        } finally {
            recording.unlock();
        }
    }

    private HealthCheckResult look(ComponentHealth component) {
        return tell(component.look(settings.time().clock().instant()));
    }

    private HealthCheckResult tell(ComponentHealth.Look look) {
        if (look.changed()) {
            changed(look);
        }
        HealthStatus threshold = settings.alertThreshold();
        boolean ill = look.now().status().compareTo(threshold) >= 0;
        boolean wasIll = look.before().compareTo(threshold) >= 0;
        if (look.warns() || look.changed() && (ill || wasIll)) {
            alerts.forEach(lane -> lane.offer(look.now()));
        }
        return look.now();
    }

    private void changed(ComponentHealth.Look look) {
        HealthCheckResult now = look.now();
        recording.lock();
        try {
            if (changes.size() == HISTORY) {
                changes.removeLast();
            }
            changes.addFirst(
                    new Change(
                            now.checkedAt(),
                            now.component(),
                            look.before(),
                            now.status(),
                            now.message()));
        } finally {
            recording.unlock();
        }
        tellListener(look);
    }

    private void tellListener(ComponentHealth.Look look) {
        HealthCheckResult now = look.now();
        try {
            settings.listener()
                    .onEvent(
                            new HealingEvent.HealthChanged(
                                    now.component(), look.before(), now.status(), now.message()));
        } catch (Throwable e) { // an Error too is the listener's own matter
            log.warn("A listener failed on the health of {}", now.component(), e);
        }
    }

    /** What a monitor may be told before it begins. */
    public static final class Builder {
        private TimeAndChance time = TimeAndChance.real();
        private HealingListener listener = _ -> {};
        private HealthStatus alertThreshold = HealthStatus.UNHEALTHY;
        private Duration checkInterval = Duration.ofSeconds(30);
        private Duration checkTimeout = Duration.ofSeconds(5);
        private Duration window = Duration.ofMinutes(5);
        private int maxComponents = 10_000;

        private Builder() {}

        /** Between two rounds of monitoring; 10 ms to 1 hour, default 30 s. */
        public Builder checkInterval(Duration interval) {
            checkInterval =
                    within("checkInterval", interval, Duration.ofMillis(10), Duration.ofHours(1));
            return this;
        }

        /** What a component's own check may take; 1 ms to 1 minute, default 5 s. */
        public Builder checkTimeout(Duration timeout) {
            checkTimeout =
                    within("checkTimeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
            return this;
        }

        /** What the error rate is taken over; 1 second to 1 hour, default 5 minutes. */
        public Builder window(Duration length) {
            window = within("window", length, Duration.ofSeconds(1), Duration.ofHours(1));
            return this;
        }

        /** From which status on callbacks are told; DEGRADED or worse, default UNHEALTHY. */
        public Builder alertThreshold(HealthStatus threshold) {
            if (Objects.requireNonNull(threshold, "alertThreshold").compareTo(HealthStatus.DEGRADED)
                    < 0) {
                throw new IllegalArgumentException(
                        "alertThreshold must be in [DEGRADED, CRITICAL], was " + threshold);
            }
            alertThreshold = threshold;
            return this;
        }

        /** How many components there may be; 1 to 1,000,000, default 10,000. */
        public Builder maxComponents(int components) {
            if (components < 1 || components > 1_000_000) {
                throw new IllegalArgumentException(
                        "maxComponents must be in [1, 1000000], was " + components);
            }
            maxComponents = components;
            return this;
        }

        /** Who hears of changes of status; default nobody. */
        public Builder listener(HealingListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** Where time comes from; default the machine's. */
        public Builder time(TimeAndChance time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** A monitor with what was told. */
        public HealthMonitor build() {
            return new HealthMonitor(
                    new HealthSettings(
                            time,
                            listener,
                            alertThreshold,
                            checkInterval,
                            checkTimeout,
                            window,
                            maxComponents));
        }

        private static Duration within(String name, Duration value, Duration least, Duration most) {
            if (Objects.requireNonNull(value, name).compareTo(least) < 0
                    || value.compareTo(most) > 0) {
                throw new IllegalArgumentException(
                        "%s must be in [%s, %s], was %s".formatted(name, least, most, value));
            }
            return value;
        }
    }
}

package dev.kintsugi.healing.degrade;

import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much a system offers, following how many of its critical components are unhealthy: none FULL,
 * one LIMITED, two ESSENTIAL, three or more MAINTENANCE. It offers less at once, and more only
 * after three checks in a row that speak for it. Safe for many threads; {@link #level} and {@link
 * #isOn} cost a read of a field.
 */
public final class Degradation {
    /** How many features there may be. */
    public static final int MAX_FEATURES = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Degradation.class);

    private final String system;
    private final SortedMap<String, Feature> features = new TreeMap<>();
    private final HealingListener listener;
    private final AtomicReference<DegradationState> state =
            new AtomicReference<>(DegradationState.FULL);

    /**
     * @param system names it in what the listener hears
     * @param features what follows the level
     * @param listener hears of changes
     * @throws IllegalArgumentException when two features have one name or there are too many
     */
    public Degradation(String system, Collection<Feature> features, HealingListener listener) {
        if (features.size() > MAX_FEATURES) {
            throw new IllegalArgumentException(
                    "features must be at most %d, were %d"
                            .formatted(MAX_FEATURES, features.size()));
        }
        for (Feature feature : features) {
            if (this.features.put(feature.name(), feature) != null) {
                throw new IllegalArgumentException("feature %s twice".formatted(feature.name()));
            }
        }
        this.system = system;
        this.listener = listener;
    }

    /** The level in force. */
    public DegradationLevel level() {
        return state.get().level();
    }

    /** The unhealthy critical components of the last check, sorted. */
    public SortedSet<String> because() {
        return state.get().because();
    }

    /**
     * Takes note of a check.
     *
     * @param unhealthyCritical the critical components that are unhealthy or worse
     * @return the level in force now
     */
    public DegradationLevel assess(Collection<String> unhealthyCritical) {
        var because = new TreeSet<>(unhealthyCritical);
        DegradationState before = state.getAndUpdate(it -> it.checked(because));
        DegradationLevel now = before.checked(because).level();
        if (now != before.level()) {
            changed(before.level(), now);
        }
        return now;
    }

    /**
     * Whether a feature is on.
     *
     * @throws IllegalArgumentException when there is no such feature
     */
    public boolean isOn(String feature) {
        Feature found = features.get(feature);
        if (found == null) {
            throw new IllegalArgumentException(
                    "feature must be one of %s, was %s".formatted(features.keySet(), feature));
        }
        return found.isOnAt(level());
    }

    /** Every feature and whether it is on, sorted by name. */
    public SortedMap<String, Boolean> flags() {
        DegradationLevel now = level();
        var flags = new TreeMap<String, Boolean>();
        features.forEach((name, feature) -> flags.put(name, feature.isOnAt(now)));
        return flags;
    }

    private void changed(DegradationLevel from, DegradationLevel to) {
        try {
            listener.onEvent(new HealingEvent.DegradationChanged(system, from, to));
        } catch (Throwable e) { // an Error too is the listener's own matter
            log.warn("A listener failed on the degradation of {}", system, e);
        }
    }
}

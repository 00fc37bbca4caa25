package dev.kintsugi.healing.call;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.breaker.BreakerStore;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.time.TimeAndChance;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the recoveries of a program have in common. An immutable value.
 *
 * @param time where time and chance come from
 * @param detector says what failures mean
 * @param breakers where breakers are kept and shared; by default nowhere
 * @param strategies further ways to recover, asked in this order; at most {@value #MAX_STRATEGIES}
 * @param listeners hear what happens, in this order; at most {@value #MAX_LISTENERS}
 */
public record Setting(
        TimeAndChance time,
        ErrorDetector detector,
        BreakerStore breakers,
        List<RecoveryStrategy> strategies,
        List<HealingListener> listeners) {

    public static final int MAX_LISTENERS = 16;
    public static final int MAX_STRATEGIES = 16;

    public Setting {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(detector, "detector");
        Objects.requireNonNull(breakers, "breakers");
        strategies = List.copyOf(Objects.requireNonNull(strategies, "strategies"));
        Check.count("strategies", strategies.size(), 0, MAX_STRATEGIES);
        listeners = List.copyOf(Objects.requireNonNull(listeners, "listeners"));
        Check.count("listeners", listeners.size(), 0, MAX_LISTENERS);
    }

    /**
     * Real time, the rules that ship with the library, the strategies that are installed beside it,
     * and nobody who listens.
     */
    public static Setting standard() {
        return Standard.SETTING;
    }

    /** With time and chance from here; default the machine's. */
    public Setting time(TimeAndChance time) {
        return new Setting(time, detector, breakers, strategies, listeners);
    }

    /** With failures told apart by this one; default by the rules that ship with the library. */
    public Setting detector(ErrorDetector detector) {
        return new Setting(time, detector, breakers, strategies, listeners);
    }

    /** With breakers kept and shared here; default nowhere. */
    public Setting breakers(BreakerStore breakers) {
        return new Setting(time, detector, breakers, strategies, listeners);
    }

    /** With these further ways to recover, and no others; at most {@value #MAX_STRATEGIES}. */
    public Setting strategies(List<RecoveryStrategy> strategies) {
        return new Setting(time, detector, breakers, strategies, listeners);
    }

    /** With these who listen, and no others. */
    public Setting listeners(List<HealingListener> listeners) {
        return new Setting(time, detector, breakers, strategies, listeners);
    }

    /** With one more who listens. */
    public Setting listener(HealingListener listener) {
        var more = new ArrayList<>(listeners);
        more.add(Objects.requireNonNull(listener, "listener"));
        return new Setting(time, detector, breakers, strategies, more);
    }

    /** The rules are read when they are first needed. */
    private static final class Standard {
        private static final Logger LOG = LoggerFactory.getLogger(Setting.class);

        static final Setting SETTING =
                new Setting(
                        TimeAndChance.real(),
                        new ErrorDetector(Classifier.standard(), TimeAndChance.real().chance()),
                        BreakerStore.none(),
                        installed(),
                        List.of());

        /** One that cannot be loaded is left out, and said: it must not take the others with it. */
        private static List<RecoveryStrategy> installed() {
            var loader = RecoveryStrategy.class.getClassLoader();
            var found = new ArrayList<RecoveryStrategy>();
            Iterator<RecoveryStrategy> all =
                    ServiceLoader.load(RecoveryStrategy.class, loader).iterator();
            for (int i = 0; i < MAX_STRATEGIES; i++) {
                try {
                    if (!all.hasNext()) {
                        break;
                    }
                    found.add(all.next());
                } catch (ServiceConfigurationError e) {
                    LOG.warn("a recovery strategy is left out", e);
                }
            }
            return found;
        }
    }
}

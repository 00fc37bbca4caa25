package dev.kintsugi.healing.call;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.time.TimeAndChance;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the recoveries of a program have in common. An immutable value.
 *
 * @param time where time and chance come from
 * @param detector says what failures mean
 * @param listeners hear what happens, in this order; at most {@value #MAX_LISTENERS}
 */
public record Setting(TimeAndChance time, ErrorDetector detector, List<HealingListener> listeners) {

    public static final int MAX_LISTENERS = 16;

    public Setting {
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(detector, "detector");
        listeners = List.copyOf(listeners);
        Check.count("listeners", listeners.size(), 0, MAX_LISTENERS);
    }

    /** Real time, the rules that ship with the library, and nobody who listens. */
    public static Setting standard() {
        return Standard.SETTING;
    }

    public Setting time(TimeAndChance time) {
        return new Setting(time, detector, listeners);
    }

    public Setting detector(ErrorDetector detector) {
        return new Setting(time, detector, listeners);
    }

    /** With one more who listens. */
    public Setting listener(HealingListener listener) {
        var more = new ArrayList<>(listeners);
        more.add(listener);
        return new Setting(time, detector, more);
    }

    /** The rules are read when they are first needed. */
    private static final class Standard {
        static final Setting SETTING =
                new Setting(
                        TimeAndChance.real(),
                        new ErrorDetector(Classifier.standard(), TimeAndChance.real().chance()),
                        List.of());
    }
}

package dev.kintsugi.server.integration;

import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.time.Pause;
import dev.kintsugi.healing.time.TimeAndChance;
import java.util.concurrent.CountDownLatch;

/** How tests wait: between retries not at all, and what looks after connections looks once. */
final class Waits {
    static final Pause FOR_EVER = _ -> new CountDownLatch(1).await();

    private Waits() {}

    /** A recovery whose retries do not wait. */
    static Recovery none(String component) {
        TimeAndChance real = TimeAndChance.real();
        var time =
                new TimeAndChance(
                        real.clock(), real.ticker(), _ -> {}, real.timers(), real.chance());
        return Recovery.of(component, Setting.standard().time(time));
    }
}

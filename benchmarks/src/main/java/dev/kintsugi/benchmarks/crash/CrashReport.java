package dev.kintsugi.benchmarks.crash;

import dev.kintsugi.client.json.Json;
import java.util.Map;

/**
 * What came of runs whose servers and workers were killed.
 *
 * @param finished runs that succeeded
 * @param ledgerKeys effects that took place
 * @param duplicates effects that took place more than once
 * @param lost effects of all runs that took no place
 */
record CrashReport(int kills, int runs, int finished, int ledgerKeys, int duplicates, int lost) {

    static CrashReport of(
            int kills, int runs, int finished, int effectsOfARun, Map<String, Integer> effects) {
        var twice = effects.values().stream().filter(times -> times > 1).count();
        return new CrashReport(
                kills,
                runs,
                finished,
                effects.size(),
                (int) twice,
                Math.max(0, runs * effectsOfARun - effects.size()));
    }

    boolean isGood() {
        return finished == runs && duplicates == 0 && lost == 0;
    }

    String json() {
        return Json.mapper().writeValueAsString(this);
    }
}

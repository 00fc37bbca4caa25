package dev.kintsugi.healing.engine;

import dev.kintsugi.healing.RecoveryAction;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How recoveries ended since the engine was made.
 *
 * @param byAction every action is there
 * @param byComponent of components that had any
 */
public record RecoveryStatistics(
        RecoveryTally overall,
        SortedMap<RecoveryAction, RecoveryTally> byAction,
        SortedMap<String, RecoveryTally> byComponent) {

    public RecoveryStatistics {
        byAction = Collections.unmodifiableSortedMap(new TreeMap<>(byAction));
        byComponent = Collections.unmodifiableSortedMap(new TreeMap<>(byComponent));
    }
}

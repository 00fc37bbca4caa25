package dev.kintsugi.healing.call;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.Rejection;
import java.util.SortedMap;

/**
 * What was counted of a component's calls since the beginning. Calls that end while it is taken may
 * be in some of the numbers and not in others.
 *
 * @param component whose calls
 * @param calls calls of which the first attempt has ended
 * @param succeeded calls that the component served, at once or after retries
 * @param failed calls that ended with an exception for the caller
 * @param failedAttempts attempts that failed, first ones and retries
 * @param retries attempts that were not a call's first
 * @param rejections attempts that were not made, by reason; every reason is there
 * @param recoveries calls that were served though the first attempt was not, by what served them;
 *     and, under {@link RecoveryAction#CIRCUIT_BREAK}, calls that an open breaker held back from a
 *     component; every action is there
 * @param strategies calls that were served by {@link RecoveryStrategy}, by its name
 * @param hedges attempts that were slow and made a second time by {@link Hedge}
 * @param hedgesWon those of them that the second call served
 */
public record CallStatistics(
        String component,
        long calls,
        long succeeded,
        long failed,
        long failedAttempts,
        long retries,
        SortedMap<Rejection, Long> rejections,
        SortedMap<RecoveryAction, Long> recoveries,
        SortedMap<String, Long> strategies,
        long hedges,
        long hedgesWon) {}

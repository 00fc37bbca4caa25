package dev.kintsugi.healing.call;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.Rejection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What is counted of a component's calls. Safe for use by many threads. */
final class Counters {
    /** One of 16 calls is measured, on each lane. */
    private static final int MEASURED = Long.SIZE - 4;

    /**
     * One of 64 where a lane has seen {@link #MANY}: a read of the clock costs as much as a call.
     */
    private static final int MEASURED_OF_MANY = Long.SIZE - 6;

    private static final int MANY = 1_024;

    /** Where on a lane attempts that failed are counted, without care: only for who is measured. */
    private static final int FAILED = Lanes.SECOND;

    /** Calls of which the first attempt went well. */
    private final Lanes smooth = new Lanes();

    /** Calls of which the first attempt failed or was rejected. */
    private final LongAdder troubled = new LongAdder();

    private final LongAdder failedAttempts = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder hedges = new LongAdder();
    private final LongAdder hedgesWon = new LongAdder();

    /** By ordinal, as the next. */
    private final LongAdder[] rejections = adders(Rejection.values().length);

    private final ConcurrentHashMap<String, LongAdder> strategies = new ConcurrentHashMap<>();

    private final LongAdder[] recoveries = adders(RecoveryAction.values().length);

    /** Whether it is a thread's turn to measure how long its call takes. */
    boolean isMeasured(int thread) {
        long[] lane = smooth.of(thread);
        long calls = smooth.read(lane) + lane[FAILED];
        // A hash, so that of calls that come in turns each has its share. See Lanes.ofThread.
        return calls * 0x9E3779B97F4A7C15L >>> (calls < MANY ? MEASURED : MEASURED_OF_MANY) == 0;
    }

    void smooth(int thread) {
        smooth.add(thread, 1);
    }

    void troubled() {
        troubled.increment();
    }

    void failedAttempt() {
        failedAttempts.increment();
        smooth.of(Lanes.ofThread())[FAILED]++;
    }

    void rejected(Rejection by) {
        rejections[by.ordinal()].increment();
    }

    void retried() {
        retries.increment();
    }

    void recovered(RecoveryAction action) {
        recoveries[action.ordinal()].increment();
    }

    /** A strategy of the user's served; there are few of them. */
    void rescued(String strategy) {
        strategies.computeIfAbsent(strategy, _ -> new LongAdder()).increment();
    }

    /** A slow call was made a second time. */
    void hedged() {
        hedges.increment();
    }

    /** The second call served. */
    void hedgeWon() {
        hedgesWon.increment();
    }

    void failed() {
        failed.increment();
    }

    /**
     * Calls made so far, without attempts made again; those under way for the first time not yet.
     */
    long calls() {
        return smooth.sum() + troubled.sum();
    }

    CallStatistics snapshot(String component) {
        long served = smooth.sum();
        long retried = recoveries[RecoveryAction.RETRY_BACKOFF.ordinal()].sum();
        return new CallStatistics(
                component,
                served + troubled.sum(),
                served + retried,
                failed.sum(),
                failedAttempts.sum(),
                retries.sum(),
                sums(Rejection.values(), rejections),
                sums(RecoveryAction.values(), recoveries),
                byStrategy(),
                hedges.sum(),
                hedgesWon.sum());
    }

    private SortedMap<String, Long> byStrategy() {
        var sums = new TreeMap<String, Long>();
        strategies.forEach((name, count) -> sums.put(name, count.sum()));
        return Collections.unmodifiableSortedMap(sums);
    }

    private static LongAdder[] adders(int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }

    private static <K extends Enum<K>> SortedMap<K, Long> sums(K[] keys, LongAdder[] counted) {
        var sums = new TreeMap<K, Long>();
        for (K key : keys) {
            sums.put(key, counted[key.ordinal()].sum());
        }
        return Collections.unmodifiableSortedMap(sums);
    }
}

package dev.kintsugi.healing;

/**
 * Hears what happens to components and their calls, for metrics and logs. Called on the thread of
 * the call: implementations return at once. What they throw is logged and goes no further.
 */
@FunctionalInterface
public interface HealingListener {

    void onEvent(HealingEvent event);

    /**
     * A call of the operation itself went well. Nothing is allocated for it.
     *
     * @param nanos how long it took; -1 when that was not measured: one of about 16 calls is,
     *     spread evenly over them, and one of 64 where there are many
     */
    default void onSuccess(String component, long nanos) {}
}

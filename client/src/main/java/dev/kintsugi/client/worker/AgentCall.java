package dev.kintsugi.client.worker;

import tools.jackson.databind.JsonNode;

/** One call of an agent, and how to speak while it goes on. */
public interface AgentCall {
    /** Names the run. */
    String run();

    /** Names the step. */
    String step();

    /** 1 for the first. */
    int attempt();

    /** The same for every repetition of this call: what outside systems tell repetitions by. */
    String idempotencyKey();

    /** The plan's input, references filled in; an empty object when it gives none. */
    JsonNode input();

    /** The input as a type of yours. */
    <T> T input(Class<T> type);

    /** Adds a line to the attempt's log, secrets of known forms masked. */
    void log(String line);

    /** Says how far it is, at most 200 characters; people see the latest. */
    void progress(String text);

    /**
     * Hands in what the outside system answered, in a step with {@code effects: once}: from then on
     * the call, however it ends, is not made again. The first counts.
     *
     * @param text at most 1,000 characters, such as the id of a payment; secrets of known forms are
     *     masked
     */
    void receipt(String text);

    /** Counts money as spent, in US dollars. */
    void spent(String usd);

    /** Whether the work is no longer wanted. The thread is interrupted then, too. */
    boolean cancelled();
}

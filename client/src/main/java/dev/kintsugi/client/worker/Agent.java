package dev.kintsugi.client.worker;

import org.jspecify.annotations.Nullable;

/** A function offered to plans under a name. Called on a virtual thread of its own; may block. */
@FunctionalInterface
public interface Agent {
    /**
     * Does what is asked.
     *
     * @return the output: anything that Jackson writes as JSON of at most 1 MiB; null for none
     * @throws Exception when it fails: what is thrown is classified and the step is healed
     */
    @Nullable Object answer(AgentCall call) throws Exception;
}

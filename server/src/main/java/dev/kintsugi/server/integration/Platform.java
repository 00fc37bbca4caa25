package dev.kintsugi.server.integration;

import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.call.Operation;
import java.io.IOException;

/** A system outside that this one works with, such as GitHub (Contexten's platform integration). */
public interface Platform {

    /** The way there. */
    Edge edge();

    /**
     * Whether the platform knows us by our credentials.
     *
     * @throws IOException when it cannot be asked
     */
    boolean authenticate() throws IOException;

    /** How the platform is, asked now. */
    HealthStatus healthCheck();

    /**
     * Makes a call with the platform's bulkhead, breaker and retries around it.
     *
     * @param operation made up to {@link Edge#ATTEMPTS} times: it must do no harm twice
     */
    default <T, X extends Exception> T execute(Operation<? extends T, X> operation) throws X {
        return edge().recovery().call(operation);
    }
}

package dev.kintsugi.server.workspace.step;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.healing.Failure;
import java.nio.file.Path;

/** Where attempts get their checkouts from. */
@FunctionalInterface
public interface CheckoutSource {
    /**
     * Checks the task's input out.
     *
     * @throws CheckoutFailed when inputs conflict or cannot be had
     */
    Checkout open(LeasedTask task) throws InterruptedException;

    /** The files of one attempt. Closing deletes them, unless they are kept. */
    interface Checkout extends AutoCloseable {
        /** The folder to work in. */
        Path path();

        /** What processes in it have to be able to read, so that git works there. */
        Path repository();

        /** How long fetching and checking out took. */
        long checkoutMillis();

        /**
         * Takes what the attempt left behind.
         *
         * @return the result commit
         * @throws CheckoutFailed when it is too much or cannot be sent
         */
        String capture() throws InterruptedException;

        /** Keeps the files after {@link #close()}, for people to look at. */
        void keep();

        @Override
        void close();
    }

    /** A checkout or its capture that did not work, as the attempt's failure. */
    final class CheckoutFailed extends RuntimeException {
        private final transient Failure failure;

        public CheckoutFailed(Failure failure) {
            super(failure.message());
            this.failure = failure;
        }

        public Failure failure() {
            return failure;
        }
    }
}

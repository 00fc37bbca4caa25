package dev.kintsugi.client.plan;

/** A file that holds no text of a plan; the message says why. */
public final class UnreadablePlanException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadablePlanException(String message) {
        super(message);
    }
}

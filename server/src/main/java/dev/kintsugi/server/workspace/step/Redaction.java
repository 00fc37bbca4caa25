package dev.kintsugi.server.workspace.step;

import java.util.Collection;

/** Masks what must not be seen. */
@FunctionalInterface
public interface Redaction {
    /** A masker for one stream that knows these values besides what looks like a secret. */
    Masker masker(Collection<String> values);

    /** Masks one stream, also where a secret is split over two chunks. For one thread. */
    interface Masker {
        /** Takes the next bytes and returns those that are safe to show, perhaps none yet. */
        byte[] feed(byte[] bytes, int length);

        /** Returns the rest. */
        byte[] end();
    }
}

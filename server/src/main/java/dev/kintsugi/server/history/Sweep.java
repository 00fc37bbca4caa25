package dev.kintsugi.server.history;

/** Deletes things of a kind that were kept long enough, or that nothing needs any more. */
public interface Sweep {
    /** The kind, as commands and logs call it. */
    String name();

    /**
     * Goes through all there are. Safe beside work under way and other servers.
     *
     * @param dry only counts
     */
    Swept sweep(boolean dry);
}

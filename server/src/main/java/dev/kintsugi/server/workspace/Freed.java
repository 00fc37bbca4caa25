package dev.kintsugi.server.workspace;

/** Folders that a sweep deleted, or would, and what the files in them held. */
public record Freed(long folders, long bytes) {
    public static final Freed NOTHING = new Freed(0, 0);

    public Freed plus(long more) {
        return new Freed(folders + 1, bytes + more);
    }
}

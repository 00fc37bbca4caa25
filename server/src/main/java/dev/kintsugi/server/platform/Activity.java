package dev.kintsugi.server.platform;

/**
 * Something whose work keeps a server of {@code kintsugi run} from leaving. Each bean of this type
 * is asked.
 */
@FunctionalInterface
public interface Activity {
    /** Whether there is work now. Called every few seconds. */
    boolean busy();
}

package dev.kintsugi.server.platform;

/** Something that must be up before the server takes work. Each bean of this type is asked. */
@FunctionalInterface
public interface Readiness {
    /** Whether it is up. Answers at once. */
    boolean ready();
}

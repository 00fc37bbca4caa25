package dev.kintsugi.server.run;

/**
 * One event of a run's log.
 *
 * @param body exact canonical JSON of the {@link LogEntry}
 * @param mac HMAC-SHA-256 over the previous mac, the seq and the body
 * @param notes what was decided because of it, as JSON
 */
public record LoggedEvent(long seq, byte[] body, byte[] mac, String notes) {}

package dev.kintsugi.server.run;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.server.run.machine.Envelope;
import java.time.Instant;

/**
 * What an event's stored bytes say.
 *
 * @param entropy 16 hexadecimal digits; JSON numbers cannot hold 64 bits
 */
record LogEntry(Instant at, String entropy, int rules, RunEvent event) {
    static LogEntry of(Envelope envelope, RunEvent event) {
        return new LogEntry(
                envelope.at(), "%016x".formatted(envelope.entropy()), envelope.rules(), event);
    }

    static LogEntry read(byte[] body) {
        return Json.mapper().readValue(body, LogEntry.class);
    }

    Envelope envelope(String run, long seq) {
        return new Envelope(run, seq, at, Long.parseUnsignedLong(entropy, 16), rules);
    }
}

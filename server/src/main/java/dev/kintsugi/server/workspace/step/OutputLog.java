package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.secret.RedactingStream;
import dev.kintsugi.client.worker.TaskContext;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What an attempt says, on its way to the log: redacted, in chunks, up to {@link #MAX_BYTES}; the
 * end is kept as evidence of what went wrong. Safe for many threads.
 */
final class OutputLog {
    /** Most bytes logged of one attempt. */
    static final int MAX_BYTES = 8 << 20;

    /** Most bytes sent at once. */
    static final int CHUNK_BYTES = 64 << 10;

    /** How much of the end is kept. */
    static final int EVIDENCE_BYTES = 64 << 10;

    /** How long output may lie here before it is sent. */
    static final Duration FLUSH_EVERY = Duration.ofMillis(250);

    private final RedactingStream redacting;
    private final TaskContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private final Tail tail = new Tail(EVIDENCE_BYTES);
    private long accepted;
    private long dropped;
    private boolean ended;

    OutputLog(RedactingStream redacting, TaskContext context) {
        this.redacting = redacting;
        this.context = context;
    }

    /** Says something about the attempt that is not its own output and so no evidence. */
    void remark(String line) {
        locked(() -> {
            send();
            context.log(("[kintsugi] " + line + "\n").getBytes(UTF_8));
        });
    }

    void write(byte[] bytes, int length) {
        locked(() -> take(redacting.push(Arrays.copyOf(bytes, length))));
    }

    void write(String text) {
        var bytes = text.getBytes(UTF_8);
        write(bytes, bytes.length);
    }

    /** Sends what there is, unless somebody is at it already. */
    void flush() {
        if (lock.tryLock()) {
            try {
                send();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Sends the rest and returns the end of it all. What is written later is not taken. */
    byte[] end() {
        locked(() -> {
            take(redacting.finish());
            send();
            if (dropped > 0) {
                remark(
                        "%,d bytes of output are not in this log, which holds the first 8 MiB"
                                .formatted(dropped));
            }
            ended = true;
        });
        return tail.bytes();
    }

    private void take(byte[] safe) {
        tail.add(safe);
        int room = (int) Math.min(safe.length, MAX_BYTES - accepted);
        accepted += room;
        dropped += safe.length - room;
        for (int at = 0; at < room; ) {
            int part = Math.min(room - at, CHUNK_BYTES - pending.size());
            pending.write(safe, at, part);
            at += part;
            if (pending.size() == CHUNK_BYTES) {
                send();
            }
        }
    }

    private void send() {
        if (pending.size() > 0) {
            context.log(pending.toByteArray());
            pending.reset();
        }
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            if (!ended) {
                action.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The last bytes of a stream. */
    private static final class Tail {
        private final byte[] ring;
        private long seen;

        Tail(int size) {
            ring = new byte[size];
        }

        void add(byte[] bytes) {
            int from = Math.max(0, bytes.length - ring.length);
            for (int i = from; i < bytes.length; i++) {
                ring[(int) ((seen + i) % ring.length)] = bytes[i];
            }
            seen += bytes.length;
        }

        /** In order; where the beginning is lost, from the first whole line on. */
        byte[] bytes() {
            int length = (int) Math.min(seen, ring.length);
            var ordered = new byte[length];
            for (int i = 0; i < length; i++) {
                ordered[i] = ring[(int) ((seen - length + i) % ring.length)];
            }
            return seen > length ? fromFirstLine(ordered) : ordered;
        }

        private static byte[] fromFirstLine(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == '\n') {
                    return Arrays.copyOfRange(bytes, i + 1, bytes.length);
                }
            }
            return bytes;
        }
    }
}

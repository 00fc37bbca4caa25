package dev.kintsugi.client.api;

import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.healing.time.Pause;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A run's live stream that survives cut connections: it asks again from the last entry it saw, so
 * each entry is delivered once and in order. For one consuming thread.
 */
public final class EventStream implements AutoCloseable {
    /** Items read ahead of the consumer; beyond it the server is left waiting. */
    static final int BUFFER = 256;

    /** Connections in a row that may bring not even a comment before the stream gives up. */
    static final int MAX_BARREN = 8;

    /** A connection silent for this long is cut and made anew, in case the other end is gone. */
    static final Duration MAX_SILENCE = Duration.ofSeconds(90);

    private static final String UNREADABLE = "unreadable";
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);

    sealed interface Arrival {}

    private record Item(StreamItem item) implements Arrival {}

    private record Broken(ApiException exception) implements Arrival {}

    final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(BUFFER);
    private final Exchange exchange;
    private final String path;
    private final Pause pause;
    private final Duration maxSilence;
    private final Thread reader;

    /** Whether anything came, a comment included, since the consumer last waited in vain. */
    final AtomicBoolean heard = new AtomicBoolean();

    private volatile @Nullable InputStream connection;
    private long lastSeq;
    private ApiException trouble =
            new ApiException(
                    0, "unreachable", "the stream of events brings nothing", List.of(), null);
    private Duration silence = Duration.ZERO;

    EventStream(Exchange exchange, String path, long after, Pause pause, Duration maxSilence) {
        this.exchange = exchange;
        this.path = path;
        this.lastSeq = after;
        this.pause = pause;
        this.maxSilence = maxSilence;
        this.reader = Thread.ofVirtual().name("events " + path).start(this::readAll);
    }

    /**
     * The next item, waiting for it as long as given; null when none came in that time.
     *
     * @throws ApiException when the server refuses the stream or stays away
     */
    public @Nullable StreamItem next(Duration patience) {
        Arrival arrival;
        try {
            arrival = arrivals.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiException.unanswered("interrupted", "the stream was interrupted", e);
        }
        if (arrival == null) {
            noteSilence(patience);
            return null;
        }
        silence = Duration.ZERO;
        return switch (arrival) {
            case Item(var item) -> item;
            case Broken(var exception) -> throw exception;
        };
    }

    /** Time is counted by what the consumer waited in vain: no clock is needed for it. */
    private void noteSilence(Duration waited) {
        silence = heard.getAndSet(false) ? Duration.ZERO : silence.plus(waited);
        if (silence.compareTo(maxSilence) > 0) {
            silence = Duration.ZERO;
            cut();
        }
    }

    private void readAll() {
        try {
            readConnections();
        } catch (InterruptedException _) {
            // closed by the consumer, who asks no more
        }
    }

    private void readConnections() throws InterruptedException {
        try {
            int barren = 0;
            while (!Thread.currentThread().isInterrupted()) {
                barren = readConnection() ? 0 : barren + 1;
                if (barren == MAX_BARREN) {
                    throw trouble;
                }
                pause.take(backoff(barren));
            }
        } catch (Ended _) {
            // everything was delivered
        } catch (ApiException e) {
            arrivals.put(new Broken(e));
        }
    }

    /** Reads one connection to its end; whether it brought anything, if only a comment. */
    private boolean readConnection() throws InterruptedException, Ended {
        var any = new AtomicBoolean();
        try (var stream = exchange.stream(path, lastSeq)) {
            connection = stream;
            var frames =
                    new SseReader(
                            stream,
                            () -> {
                                any.set(true);
                                heard.set(true);
                            });
            for (var frame = frames.next(); frame != null; frame = frames.next()) {
                deliver(frame);
            }
        } catch (ApiException e) {
            if (isFinal(e)) {
                throw e;
            }
            trouble = e;
        } catch (IOException e) {
            trouble = cutOff(e);
        }
        return any.get();
    }

    private ApiException cutOff(IOException cause) {
        var reason = cause.getMessage() == null ? "connection lost" : cause.getMessage();
        return ApiException.unanswered(
                "unreachable", "the stream of events broke off: " + reason, cause);
    }

    private static boolean isFinal(ApiException e) {
        return e.code().equals(UNREADABLE)
                || (e.status() / 100 == 4 && e.status() != 429 && e.status() != 408);
    }

    private void deliver(SseReader.Frame frame) throws InterruptedException, Ended {
        switch (frame.event()) {
            case "entry" -> {
                var item = entry(frame);
                if (item.seq() > lastSeq) {
                    arrivals.put(new Item(item));
                    lastSeq = item.seq();
                }
            }
            case "progress" -> {
                var progress = progress(frame);
                if (progress != null) {
                    arrivals.put(new Item(progress));
                }
            }
            case "end" -> {
                arrivals.put(new Item(new StreamItem.End()));
                throw new Ended();
            }
            default -> {} // kinds of a newer server, which this client cannot show
        }
    }

    /**
     * The entry, or that there is one of a kind this client does not know. Asking again would bring
     * the same, so one that does not even say its place ends the stream.
     */
    private StreamItem.Logged entry(SseReader.Frame frame) {
        try {
            return new StreamItem.Entry(Json.mapper().readValue(frame.data(), TimelineEntry.class));
        } catch (JacksonException e) {
            try {
                return new StreamItem.Unknown(Long.parseLong(frame.id()), frame.data());
            } catch (NumberFormatException _) {
                throw ApiException.unanswered(
                        UNREADABLE, "the stream holds an entry that is not one: " + path, e);
            }
        }
    }

    /** Null for news that this client cannot read: they are not kept, so nothing is missed. */
    private static StreamItem.@Nullable Progress progress(SseReader.Frame frame) {
        try {
            return Json.mapper().readValue(frame.data(), StreamItem.Progress.class);
        } catch (JacksonException _) {
            return null;
        }
    }

    private static Duration backoff(int barren) {
        var delay = FIRST_BACKOFF.multipliedBy(1L << Math.min(barren, 10));
        return delay.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : delay;
    }

    private void cut() {
        var open = connection;
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // it is gone either way
            }
        }
    }

    @Override
    public void close() {
        reader.interrupt();
        cut();
    }

    /** The stream's own end, as opposed to a connection's. */
    private static final class Ended extends Exception {
        private static final long serialVersionUID = 1L;

        Ended() {
            super("end of the stream", null, false, false);
        }
    }
}

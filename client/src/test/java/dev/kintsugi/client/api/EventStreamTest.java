package dev.kintsugi.client.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.TimelineEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private final FakeServer server = new FakeServer();
    private final KintsugiClient client =
            new KintsugiClient(server.uri(), "key", PATIENCE, _ -> {});

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    static TimelineEntry entry(long seq) {
        var event = new RunEvent.CancelRequested("someone");
        return new TimelineEntry("r1", seq, Instant.EPOCH, event, List.of());
    }

    private static String frame(long seq) {
        return "id: %d\nevent: entry\ndata: %s\n\n"
                .formatted(seq, KintsugiClientTest.json(entry(seq)));
    }

    private static List<StreamItem> toEnd(EventStream stream) {
        var items = new ArrayList<StreamItem>();
        do {
            items.add(Objects.requireNonNull(stream.next(PATIENCE), "the stream went silent"));
        } while (!(items.getLast() instanceof StreamItem.End));
        return items;
    }

    @Test
    void deliversEntriesProgressAndTheEnd() {
        var progress =
                """
                event: progress
                data: {"step":"build","attempt":1,"status":"running","worker":"w1"}

                """;
        server.answers(200, ": hello\n\n" + frame(1) + progress + frame(2) + "event: end\n\n");

        try (var stream = client.events("r1", 0)) {
            assertThat(toEnd(stream))
                    .containsExactly(
                            new StreamItem.Entry(entry(1)),
                            new StreamItem.Progress("build", 1, "running", "w1"),
                            new StreamItem.Entry(entry(2)),
                            new StreamItem.End());
        }
        assertThat(server.asked.getFirst().lastEventId()).isNull();
    }

    @Test
    void resumesACutStreamAfterTheLastWholeEntry() {
        server.streamsThenCuts(frame(1) + frame(2) + "id: 3\nevent: entry\ndata: {\"run")
                .answers(200, frame(2) + frame(3) + "event: end\ndata: {}\n\n");

        try (var stream = client.events("r1", 0)) {
            assertThat(toEnd(stream))
                    .containsExactly(
                            new StreamItem.Entry(entry(1)),
                            new StreamItem.Entry(entry(2)),
                            new StreamItem.Entry(entry(3)),
                            new StreamItem.End());
        }
        assertThat(server.asked.get(1).lastEventId()).isEqualTo("2");
    }

    @Test
    void outlivesAServerThatIsAwayForAWhile() {
        server.answers(503, "").answers(500, "").answers(200, frame(5) + "event: end\n\n");

        try (var stream = client.events("r1", 4)) {
            assertThat(toEnd(stream)).first().isEqualTo(new StreamItem.Entry(entry(5)));
        }
        assertThat(server.asked).extracting(FakeServer.Asked::lastEventId).containsOnly("4");
    }

    @Test
    void throwsAtOnceWhenTheRunIsNotThere() {
        server.answers(404, "{\"code\":\"unknown_run\",\"detail\":\"no run r1\"}");

        try (var stream = client.events("r1", 0)) {
            var e = catchThrowableOfType(ApiException.class, () -> stream.next(PATIENCE));

            assertThat(e.code()).isEqualTo("unknown_run");
        }
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void givesUpOnAServerThatStaysAway() {
        server.close();

        try (var stream = client.events("r1", 0)) {
            var e = catchThrowableOfType(ApiException.class, () -> stream.next(PATIENCE));

            assertThat(e.code()).isEqualTo("unreachable");
        }
    }

    @Test
    void givesUpOnAServerThatSendsNothing() {
        for (int i = 0; i < EventStream.MAX_BARREN; i++) {
            server.answers(200, "");
        }

        try (var stream = client.events("r1", 0)) {
            var e = catchThrowableOfType(ApiException.class, () -> stream.next(PATIENCE));

            assertThat(e.detail()).isEqualTo("the stream of events brings nothing");
        }
    }

    @Test
    void outlivesConnectionsThatBringNothingButComments() {
        for (int i = 0; i < 3 * EventStream.MAX_BARREN; i++) {
            server.answers(200, ": still here\n\n");
        }
        server.answers(200, frame(1) + "event: end\n\n");

        try (var stream = client.events("r1", 0)) {
            assertThat(toEnd(stream)).first().isEqualTo(new StreamItem.Entry(entry(1)));
        }
    }

    @Test
    void neverCutsAConnectionThatBringsComments() {
        var comments = new Semaphore(0);
        server.answers(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (true) {
                comments.acquireUninterruptibly();
                exchange.getResponseBody().write(": still here\n\n".getBytes(UTF_8));
                exchange.getResponseBody().flush();
            }
        });
        var tick = Duration.ofMillis(1);

        try (var exchange = new Exchange(server.uri(), null, PATIENCE, _ -> {});
                var stream = new EventStream(exchange, "/events", 0, _ -> {}, tick)) {
            for (int i = 0; i < 20; i++) {
                comments.release();
                while (!stream.heard.get()) {
                    Thread.onSpinWait();
                }
                assertThat(stream.next(tick)).isNull();
            }
        }

        assertThat(server.asked).hasSize(1);
    }

    @Test
    void handsOnAnEntryOfANewerServerAndGoesOn() {
        var newer = "{\"run\":\"r1\",\"seq\":2,\"event\":{\"type\":\"step_sang\"}}";
        server.answers(
                200,
                frame(1)
                        + "id: 2\nevent: entry\ndata: "
                        + newer
                        + "\n\n"
                        + "event: progress\ndata: [\n\n"
                        + frame(3)
                        + "event: end\n\n");

        try (var stream = client.events("r1", 0)) {
            assertThat(toEnd(stream))
                    .containsExactly(
                            new StreamItem.Entry(entry(1)),
                            new StreamItem.Unknown(2, newer),
                            new StreamItem.Entry(entry(3)),
                            new StreamItem.End());
        }
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void endsOnAnEntryThatDoesNotSayItsPlace() {
        server.answers(200, "event: entry\ndata: what?\n\n");

        try (var stream = client.events("r1", 0)) {
            var e = catchThrowableOfType(ApiException.class, () -> stream.next(PATIENCE));

            assertThat(e.code()).isEqualTo("unreadable");
        }
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void keepsTheErrorForAConsumerThatIsBehind() {
        var entries = new StringBuilder();
        for (int seq = 1; seq <= EventStream.BUFFER; seq++) {
            entries.append(frame(seq));
        }
        server.answers(200, entries + "event: entry\ndata: what?\n\n");

        try (var stream = client.events("r1", 0)) {
            while (stream.arrivals.remainingCapacity() > 0) {
                Thread.onSpinWait();
            }
            for (int seq = 1; seq <= EventStream.BUFFER; seq++) {
                assertThat(stream.next(PATIENCE)).isEqualTo(new StreamItem.Entry(entry(seq)));
            }
            var e = catchThrowableOfType(ApiException.class, () -> stream.next(PATIENCE));

            assertThat(e.code()).isEqualTo("unreadable");
        }
    }

    @Test
    void refusesAnEndlessEvent() {
        var endless = "data: " + "x".repeat(SseReader.MAX_EVENT_BYTES + 1);
        for (int i = 0; i < EventStream.MAX_BARREN; i++) {
            server.answers(200, endless);
        }

        try (var stream = client.events("r1", 0)) {
            var e = catchThrowableOfType(ApiException.class, () -> stream.next(PATIENCE));

            assertThat(e.detail()).contains("larger than");
        }
    }

    @Test
    void answersNothingWhenNothingHappens() {
        server.answers(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
            exchange.getRequestBody().readAllBytes();
        });

        try (var stream = client.events("r1", 0)) {
            assertThat(stream.next(Duration.ofMillis(1))).isNull();
        }
    }
}

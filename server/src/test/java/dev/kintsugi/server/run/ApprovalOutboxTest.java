package dev.kintsugi.server.run;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.server.observe.Webhook;
import dev.kintsugi.server.platform.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApprovalOutboxTest {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("acme");
    private static final Approval APPROVAL =
            new Approval("abc", List.of(), "the step ship failed", Instant.EPOCH);
    private static final WireMockServer PEOPLE = started();

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Webhook webhook =
            new Webhook(PEOPLE.baseUrl() + "/approve", "s3cret", Recovery.of("webhook"));
    private final ApprovalOutbox outbox = outbox(0);

    private static WireMockServer started() {
        var server = new WireMockServer(options().dynamicPort());
        server.start();
        return server;
    }

    @AfterAll
    static void stop() {
        PEOPLE.stop();
        DB.close();
    }

    @BeforeEach
    void forget() {
        PEOPLE.resetAll();
        answering(204);
        DB.transactions().asSystem(() -> DB.jdbc().sql("delete from outbox").update());
    }

    @AfterEach
    void close() {
        webhook.close();
    }

    private ApprovalOutbox outbox(int ownPort) {
        return new ApprovalOutbox(DB.transactions(), DB.jdbc(), webhook, () -> ownPort, () -> now);
    }

    private static void answering(int status) {
        PEOPLE.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(status)));
    }

    private void ask(String run) {
        DB.transactions()
                .asSystem(() -> {
                    outbox.approvalNeeded("acme", run, APPROVAL);
                    return run;
                });
    }

    private static List<LoggedRequest> told() {
        return PEOPLE.findAll(postRequestedFor(anyUrl()));
    }

    @Test
    void tellsOnceWhatTheTurnWroteAndSignsIt() {
        ask("r-1");

        outbox.deliver();
        outbox.deliver();

        assertThat(told()).hasSize(1);
        assertThat(told().getFirst().getBodyAsString())
                .contains("\"kind\":\"approval_needed\"", "\"run\":\"r-1\"", "\"hash\":\"abc\"");
        PEOPLE.verify(
                postRequestedFor(anyUrl())
                        .withHeader("Content-Type", equalTo("application/json"))
                        .withHeader("X-Kintsugi-Signature", matching("sha256=[0-9a-f]{64}")));
    }

    @Test
    void countsNoTryWhileTheWebhookIsSpared() {
        answering(500);
        for (int run = 1; run <= 5; run++) {
            ask("r-" + run);
        }
        outbox.deliver();
        now = now.plusSeconds(10);
        outbox.deliver();

        assertThat(told()).hasSize(5);
        int tries =
                DB.transactions()
                        .asSystem(() ->
                                DB.jdbc()
                                        .sql("select sum(tries) from outbox")
                                        .query(Integer.class)
                                        .single());
        assertThat(tries).isEqualTo(5);

        answering(204);
        webhook.recovery().circuitBreaker().orElseThrow().reset();
        now = now.plusSeconds(61);
        outbox.deliver();

        assertThat(told()).hasSize(10);
    }

    @Test
    void doesNotSpareAWebhookThatRefusesAMessage() throws Exception {
        answering(404);

        for (int message = 1; message <= 6; message++) {
            assertThat(webhook.send("" + message, "{}")).hasValue("it answered 404");
        }

        assertThat(told()).hasSize(6);
    }

    @Test
    void tellsThatSomebodyIsToSayWhatHappened() {
        DB.transactions()
                .asSystem(() -> {
                    outbox.effectsUnknown("acme", "r-1", List.of("pay"), "nobody knows");
                    return "r-1";
                });

        outbox.deliver();

        assertThat(told().getFirst().getBodyAsString())
                .contains("\"kind\":\"effect_unknown\"", "\"steps\":[\"pay\"]", "nobody knows");
    }

    @Test
    void whatIsRolledBackIsNeverTold() {
        assertThatThrownBy(() ->
                        DB.transactions()
                                .asSystem(() -> {
                                    outbox.approvalNeeded("acme", "r", APPROVAL);
                                    throw new IllegalStateException("crash");
                                }))
                .hasMessage("crash");

        outbox.deliver();

        assertThat(told()).isEmpty();
    }

    @Test
    void anotherServerTellsWhatADeadOneOnlyWrote() {
        ask("r-1");

        outbox(0).deliver();

        assertThat(told()).hasSize(1);
    }

    @Test
    void triesAgainAfterPausesThatDouble() {
        answering(503);
        ask("r-1");

        outbox.deliver();
        outbox.deliver();
        assertThat(told()).hasSize(1);

        now = now.plusSeconds(2);
        outbox.deliver();
        now = now.plusSeconds(3);
        outbox.deliver();
        assertThat(told()).hasSize(2);

        now = now.plusSeconds(1);
        answering(200);
        outbox.deliver();
        assertThat(told()).hasSize(3);
        assertThat(told().stream().map(sent -> sent.getHeader("X-Kintsugi-Delivery")).distinct())
                .hasSize(1);
    }

    @Test
    void keepsAsDeadWithItsReasonWhatCannotBeDelivered() {
        answering(404);
        ask("r-1");

        for (int i = 0; i < ApprovalOutbox.MAX_TRIES + 5; i++) {
            outbox.deliver();
            now = now.plus(Duration.ofHours(1));
        }

        assertThat(told()).hasSize(ApprovalOutbox.MAX_TRIES);
        assertThat(reasons("dead_at is not null")).containsExactly("it answered 404");
    }

    @Test
    void neverTellsItself() {
        ask("r-1");

        outbox(PEOPLE.port()).deliver();

        assertThat(told()).isEmpty();
        assertThat(reasons("delivered_at is null"))
                .containsExactly("KINTSUGI_APPROVAL_WEBHOOK is this server itself");
    }

    @Test
    void serversShareTheWorkWithoutDoingAnyTwice() throws Exception {
        for (int i = 0; i < 40; i++) {
            ask("r-" + i);
        }

        try (var servers = Executors.newVirtualThreadPerTaskExecutor()) {
            var all =
                    List.of(1, 2, 3, 4).stream().map(_ -> servers.submit(outbox::deliver)).toList();
            for (Future<?> one : all) {
                one.get();
            }
        }

        assertThat(told()).hasSize(40);
        assertThat(told().stream().map(LoggedRequest::getBodyAsString).distinct()).hasSize(40);
    }

    private static List<String> reasons(String where) {
        return DB.transactions()
                .asSystem(() ->
                        DB.jdbc()
                                .sql("select reason from outbox where " + where)
                                .query(String.class)
                                .list());
    }
}

package dev.kintsugi.server.run;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.server.observe.Webhook;
import dev.kintsugi.server.platform.Transactions;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tells a webhook that a run waits for a human: written with the turn, delivered at least once,
 * also when this server dies in between. Any number of servers may deliver; each message is in one
 * server's hands at a time.
 */
final class ApprovalOutbox implements RunListener {
    /** After so many tries, over about a quarter of an hour, a message is kept as dead. */
    static final int MAX_TRIES = 10;

    private static final Logger log = LoggerFactory.getLogger(ApprovalOutbox.class);
    private static final int BATCH = 16;
    private static final Duration SPARED = Duration.ofSeconds(60);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

    /** Longer than a batch of sends can take. */
    private static final Duration CLAIM = Duration.ofMinutes(6);

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final @Nullable Webhook webhook;
    private final IntSupplier ownPort;
    private final InstantSource clock;

    /**
     * @param webhook null when nobody is to be told
     * @param ownPort where this server listens
     */
    ApprovalOutbox(
            Transactions transactions,
            JdbcClient jdbc,
            @Nullable Webhook webhook,
            IntSupplier ownPort,
            InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.webhook = webhook;
        this.ownPort = ownPort;
        this.clock = clock;
    }

    /** What the webhook gets when a rollback is to be approved. */
    private record Message(String kind, String tenant, String run, Approval approval) {}

    /** What the webhook gets when somebody is to say whether steps took effect. */
    private record Doubt(
            String kind, String tenant, String run, List<String> steps, String reason) {}

    private record Claimed(long id, String body, int tries) {}

    @Override
    public void approvalNeeded(String tenant, String run, Approval approval) {
        write(tenant, "approval_needed", new Message("approval_needed", tenant, run, approval));
    }

    @Override
    public void effectsUnknown(String tenant, String run, List<String> steps, String reason) {
        write(tenant, "effect_unknown", new Doubt("effect_unknown", tenant, run, steps, reason));
    }

    /** What the webhook gets when a run makes no progress. */
    private record Stuck(String kind, String tenant, String run, String step, String reason) {}

    /**
     * Tells that a run makes no progress, inside the caller's transaction.
     *
     * @param step empty for the run as a whole
     */
    void stuck(String tenant, String run, String step, String reason) {
        write(tenant, "stuck", new Stuck("stuck", tenant, run, step, reason));
    }

    private void write(String tenant, String kind, Object message) {
        if (webhook == null) {
            return;
        }
        var now = Timestamp.from(clock.instant());
        jdbc.sql(
                        """
                        insert into outbox (tenant_id, kind, body, created_at, next_at)
                        values (:tenant, :kind, :body, :now, :now)
                        """)
                .param("tenant", tenant)
                .param("kind", kind)
                .param("body", Json.mapper().writeValueAsString(message))
                .param("now", now)
                .update();
    }

    /** Sends what is due. */
    void deliver() {
        if (webhook == null) {
            return;
        }
        for (var message : transactions.asSystem(this::claim)) {
            try {
                var trouble =
                        webhook.isOurselves(ownPort.getAsInt())
                                ? "KINTSUGI_APPROVAL_WEBHOOK is this server itself"
                                : webhook.send(Long.toString(message.id()), message.body())
                                        .orElse("");
                transactions.asSystem(() -> note(message, trouble));
            } catch (CallRejected _) {
                transactions.asSystem(() -> putBack(message));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return; // what is left comes again when its claim is over
            }
        }
    }

    private List<Claimed> claim() {
        var now = clock.instant();
        return jdbc.sql(
                        """
                        update outbox set tries = tries + 1, next_at = :until
                        where id in (select id from outbox
                            where delivered_at is null and dead_at is null and next_at <= :now
                            order by next_at limit :batch for update skip locked)
                        returning id, body, tries
                        """)
                .param("until", Timestamp.from(now.plus(CLAIM)))
                .param("now", Timestamp.from(now))
                .param("batch", BATCH)
                .query((row, _) -> new Claimed(row.getLong(1), row.getString(2), row.getInt(3)))
                .list();
    }

    private int note(Claimed message, String trouble) {
        var now = clock.instant();
        if (trouble.isEmpty()) {
            return set(message, "delivered_at = :at, reason = null", now, "");
        }
        if (message.tries() >= MAX_TRIES) {
            log.error(
                    "nobody could be told that a run waits in {} tries, message {} is kept as dead:"
                            + " {}",
                    message.tries(),
                    message.id(),
                    trouble);
            return set(message, "dead_at = :at, reason = :reason", now, trouble);
        }
        log.warn("message {} was not delivered and is tried again: {}", message.id(), trouble);
        var pause = FIRST_PAUSE.multipliedBy(1L << (message.tries() - 1));
        return set(message, "next_at = :at, reason = :reason", now.plus(pause), trouble);
    }

    /** The webhook is spared, as it keeps failing: that was no try. */
    private int putBack(Claimed message) {
        return set(
                message,
                "next_at = :at, tries = tries - 1, reason = :reason",
                clock.instant().plus(SPARED),
                "the webhook keeps failing and is spared for a minute");
    }

    private int set(Claimed message, String what, Instant at, String reason) {
        // a claim that ran out belongs to another, who counted a try of its own
        return jdbc.sql("update outbox set " + what + " where id = :id and tries = :tries")
                .param("at", Timestamp.from(at))
                .param("reason", reason)
                .param("id", message.id())
                .param("tries", message.tries())
                .update();
    }
}

package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.AuditEntry;
import dev.kintsugi.server.platform.Transactions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Writes down who changed what: every request with a key that succeeded and was not a mere look, by
 * method and path, and by what the controller noted of it ({@link AuditNote}). Bodies are left out:
 * they may hold what is secret. What workers report is in the runs' own logs, what processes report
 * of their calls in the statistics.
 */
@Component
final class AuditTrail implements HandlerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(AuditTrail.class);
    private static final Set<String> LOOKS = Set.of("GET", "HEAD", "OPTIONS");
    private static final String WORK = "/api/v1/work/";
    private static final String OUTCOMES = "/outcomes";
    private static final int FIRST_REFUSAL = 400;
    private static final int MAX_ACTION = 500;

    private final Transactions transactions;
    private final JdbcClient jdbc;
    private final InstantSource clock;

    AuditTrail(Transactions transactions, JdbcClient jdbc, InstantSource clock) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler,
            @Nullable Exception failure) {
        Authentication who = SecurityContextHolder.getContext().getAuthentication();
        if (who != null
                && who.getPrincipal() instanceof Caller caller
                && !LOOKS.contains(request.getMethod())
                && !request.getRequestURI().startsWith(WORK)
                && !request.getRequestURI().endsWith(OUTCOMES)
                && response.getStatus() < FIRST_REFUSAL) {
            String action = request.getMethod() + " " + request.getRequestURI();
            var detail = (String) request.getAttribute(AuditNote.NAME);
            write(caller, action.substring(0, Math.min(MAX_ACTION, action.length())), detail);
        }
    }

    /** What was done is done: that it could not be written down is for the server's log. */
    private void write(Caller caller, String action, @Nullable String detail) {
        try {
            transactions.asTenant(
                    caller.tenant(),
                    () ->
                            jdbc.sql(
                                            """
                                            insert into audit_entry (tenant_id, at, key_label, action, detail)
                                            values (?, ?, ?, ?, ?)
                                            """)
                                    .params(
                                            Arrays.asList(
                                                    caller.tenant(),
                                                    Timestamp.from(clock.instant()),
                                                    caller.label(),
                                                    action,
                                                    detail))
                                    .update());
        } catch (DataAccessException | TransactionException e) {
            log.error(
                    "{} of tenant {} did {}, unaudited",
                    caller.label(),
                    caller.tenant(),
                    action,
                    e);
        }
    }

    /**
     * The newest entries first.
     *
     * @param before only those with a smaller id
     */
    List<AuditEntry> newest(String tenant, long before, int max) {
        return transactions.asTenant(
                tenant,
                () ->
                        jdbc.sql(
                                        """
                                        select id, at, key_label, action, detail from audit_entry
                                        where tenant_id = ? and id < ? order by id desc limit ?
                                        """)
                                .params(tenant, before, max)
                                .query((row, _) ->
                                        new AuditEntry(
                                                row.getLong("id"),
                                                row.getTimestamp("at").toInstant(),
                                                row.getString("key_label"),
                                                row.getString("action"),
                                                row.getString("detail")))
                                .list());
    }
}

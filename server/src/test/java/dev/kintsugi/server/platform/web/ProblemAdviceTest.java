package dev.kintsugi.server.platform.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.context.request.ServletWebRequest;

class ProblemAdviceTest {

    @ParameterizedTest
    @ValueSource(strings = {"25006", "08001", "53300", "57P03"})
    void whoMeetsNoDatabaseIsToldToComeAgain(String state) {
        var answer = answered(withState(state));

        assertThat(answer.getStatusCode().value()).isEqualTo(503);
        assertThat(answer.getHeaders().getFirst("Retry-After")).isEqualTo("5");
    }

    @Test
    void whoGetsNoConnectionIsToldToComeAgain() {
        var timeout = new SQLTransientConnectionException("no connection within 30 s");

        var answer = answered(new CannotCreateTransactionException("no transaction", timeout));

        assertThat(answer.getStatusCode().value()).isEqualTo(503);
    }

    /** Clients ask again by themselves, and what a lost connection had done may have been kept. */
    @ParameterizedTest
    @ValueSource(strings = {"08006", "57P01", "42601"})
    void nobodyIsToldToComeAgainWhereTheRequestMayHaveBeenDoneOrIsAtFault(String state) {
        var answer = answered(withState(state));

        assertThat(answer.getStatusCode().value()).isEqualTo(500);
        assertThat(answer.getHeaders().getFirst("Retry-After")).isNull();
    }

    private static UncategorizedSQLException withState(String state) {
        return new UncategorizedSQLException("asked", null, new SQLException("planted", state));
    }

    private static ResponseEntity<Object> answered(Exception thrown) {
        var request = new ServletWebRequest(new MockHttpServletRequest("POST", "/api/v1/runs"));
        return requireNonNull(new ProblemAdvice().unexpected(thrown, request));
    }
}

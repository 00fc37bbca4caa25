package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TaxonomyTest {

    @ParameterizedTest
    @CsvSource({
        "NETWORK,        TRANSIENT,      RETRY,             tool_failure,   MEDIUM",
        "API,            SERVER_ERROR,   BACKOFF_AND_RETRY, llm_error,      MEDIUM",
        "RATE_LIMIT,     TRANSIENT,      RETRY,             llm_error,      LOW",
        "AUTHENTICATION, AUTHENTICATION, REAUTHENTICATE,    llm_error,      HIGH",
        "AUTHORIZATION,  FATAL,          ALERT_AND_STOP,    tool_failure,   HIGH",
        "RESOURCE,       SERVER_ERROR,   BACKOFF_AND_RETRY, tool_failure,   HIGH",
        "DATABASE,       SERVER_ERROR,   BACKOFF_AND_RETRY, tool_failure,   HIGH",
        "VALIDATION,     CLIENT_ERROR,   LOG_AND_SKIP,      invalid_output, MEDIUM",
        "TIMEOUT,        TRANSIENT,      RETRY,             timeout,        MEDIUM",
        "CONFIGURATION,  FATAL,          ALERT_AND_STOP,    tool_failure,   HIGH",
        "UNKNOWN,        UNKNOWN,        DEFAULT,           error,          MEDIUM",
    })
    void mapsEveryCategory(
            FailureCategory category,
            Disposition disposition,
            Reaction reaction,
            String type,
            Severity severity) {
        assertThat(Disposition.of(category)).isEqualTo(disposition);
        assertThat(disposition.reaction()).isEqualTo(reaction);
        assertThat(FailureType.of(category).key()).isEqualTo(type);
        assertThat(Severity.of(category)).isEqualTo(severity);
    }

    @ParameterizedTest
    @EnumSource
    void neverRetriesWhatConcernsSecurity(FailureCategory category) {
        Failure failure = failure(category, FailureClass.SECURITY, true);

        assertThat(Disposition.of(failure)).isEqualTo(Disposition.FATAL);
    }

    @ParameterizedTest
    @EnumSource
    void neverRetriesWhatCannotPassByItself(FailureCategory category) {
        Failure failure = failure(category, FailureClass.INFRA, false);

        assertThat(Disposition.of(failure).reaction())
                .isNotIn(Reaction.RETRY, Reaction.BACKOFF_AND_RETRY);
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheCategorysDispositionForWhatMayPass(FailureCategory category) {
        Failure failure = failure(category, FailureClass.INFRA, true);

        assertThat(Disposition.of(failure)).isEqualTo(Disposition.of(category));
    }

    @Test
    void takesARequestThatWillBeRefusedAgainForTheClientsFault() {
        assertThat(Disposition.of(failure(FailureCategory.API, FailureClass.RUNTIME, false)))
                .isEqualTo(Disposition.CLIENT_ERROR);
    }

    private static Failure failure(FailureCategory category, FailureClass where, boolean passing) {
        return new Failure(
                category,
                where,
                Severity.of(category),
                "rule",
                "0123456789abcdef",
                "message",
                passing,
                null,
                new TreeMap<>());
    }
}

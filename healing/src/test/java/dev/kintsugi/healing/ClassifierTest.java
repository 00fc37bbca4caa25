package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClassifierTest {

    private final Classifier classifier = Classifier.standard();

    @Test
    void picksOutEveryMissingImportWithItsPlace() {
        Failure failure = classifier.classify(Corpus.named("javac-missing-import").evidence());

        assertThat(failure.rule()).isEqualTo("java-missing-import");
        assertThat(failure.captures())
                .containsEntry("symbol", "List")
                .containsEntry("file", "src/Cart.java")
                .containsEntry("line", "4")
                .containsEntry("symbol.2", "ArrayList");
        assertThat(failure.maybeTransient()).isFalse();
    }

    @Test
    void picksOutWhatRepairsNeed() {
        assertThat(captures("git-lock")).containsEntry("path", "/home/ci/shop/.git/index.lock");
        assertThat(captures("bash-noexec")).containsEntry("path", "./deploy.sh");
        assertThat(captures("node-inuse")).containsEntry("port", "45802");
        assertThat(captures("bash-unbound")).containsEntry("variable", "DEPLOY_TARGET");
        assertThat(captures("py-import")).containsEntry("module", "flask_shop");
    }

    @Test
    void readsHowLongToWaitInSecondsOrFromADateAndTheRepliesOwnClock() {
        assertThat(reply(429, Map.of("retry-after", "30")).retryAfter())
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(
                        reply(
                                        503,
                                        Map.of(
                                                "date", "Wed, 21 Oct 2026 07:28:00 GMT",
                                                "retry-after", "Wed, 21 Oct 2026 07:29:30 GMT"))
                                .retryAfter())
                .isEqualTo(Duration.ofSeconds(90));
        assertThat(reply(503, Map.of("retry-after", "Wed, 21 Oct 2026 07:29:30 GMT")).retryAfter())
                .isNull();
        assertThat(reply(503, Map.of("retry-after", "99999999")).retryAfter())
                .isEqualTo(Duration.ofDays(1));
        assertThat(reply(503, Map.of("retry-after", "soon")).retryAfter()).isNull();
        assertThat(classifier.classify(Corpus.named("openai-429").evidence()).rule())
                .isEqualTo("rate-limited");
    }

    @Test
    void knowsSignalsByTheirExitCodes() {
        assertThat(exit(137, "").rule()).isEqualTo("killed");
        assertThat(exit(139, "").rule()).isEqualTo("crashed");
        assertThat(exit(143, "").rule()).isEqualTo("terminated");
    }

    @Test
    void putsATimeoutBeforeWhateverTheProcessSaid() {
        var evidence = new Evidence.ProcessExit(143, true, "OutOfMemoryError: Java heap space");

        assertThat(classifier.classify(evidence).category()).isEqualTo(FailureCategory.TIMEOUT);
    }

    @Test
    void findsTheCauseBelowOtherExceptions() {
        var error =
                new IllegalStateException(
                        "cannot load", new java.net.ConnectException("Connection refused"));

        Failure failure = classifier.classify(new Evidence.Thrown(error));

        assertThat(failure.category()).isEqualTo(FailureCategory.NETWORK);
        assertThat(failure.maybeTransient()).isTrue();
    }

    @Test
    void endsOnExceptionsThatCauseEachOther() {
        var one = new IllegalStateException("one");
        var two = new IllegalStateException("two", one);
        one.initCause(two);

        assertThat(classifier.classify(new Evidence.Thrown(one)).failureClass())
                .isEqualTo(FailureClass.RUNTIME);
    }

    @Test
    void saysTheLastLineOfWhatItDoesNotKnow() {
        Failure failure = exit(3, "one\n\nsomething odd\n");

        assertThat(failure.rule()).isEqualTo("unknown");
        assertThat(failure.message()).isEqualTo("something odd");
        assertThat(exit(3, "").message()).isEqualTo("failed with exit code 3");
        assertThat(exit(3, "").fingerprint()).isNotEqualTo(exit(4, "").fingerprint());
    }

    @Test
    void neverQuotesASecretThatWasFound() {
        Failure failure =
                classifier.classify(
                        new Evidence.Text("scan", "password found in app.env: hunter2-hunter2"));

        assertThat(failure.failureClass()).isEqualTo(FailureClass.SECURITY);
        assertThat(failure.toString()).doesNotContain("hunter2");
    }

    @Test
    void doesNotTakeAnInstallersRemarkForTheCauseOfAFailure() {
        Failure failure =
                exit(1, "3 vulnerabilities (1 moderate, 2 high)\na.ts(1,2): error TS2322: no");

        assertThat(failure.rule()).isEqualTo("tsc-error");
        assertThat(exit(1, "2 high severity vulnerabilities").failureClass())
                .isEqualTo(FailureClass.SECURITY);
    }

    @Test
    void boundsWhatItReports() {
        Failure failure = exit(1, "x".repeat(100_000));

        assertThat(failure.message()).hasSizeLessThanOrEqualTo(500);
        failure.captures().values().forEach(v -> assertThat(v).hasSizeLessThanOrEqualTo(300));
    }

    @Test
    void looksNoLongerThanItMayAtHostileOutput() {
        for (String hostile :
                List.of(
                        "a".repeat(65_536),
                        " ".repeat(65_536),
                        "/a".repeat(32_768),
                        "x.java:1: ".repeat(6_553),
                        ("error: cannot find symbol " + "A.".repeat(480) + "\n").repeat(66),
                        "cannot : permission denied ".repeat(2_400),
                        "Exception in thread \"".repeat(3_000),
                        "\u001B[".repeat(32_768),
                        "1 vulnerabilities 50 Error Error 429 ".repeat(1_700))) {
            var looks = new MeteredText.Looks();

            Failure failure =
                    new RuleClassifier(RuleBook.standard())
                            .classify(
                                    Clues.of(new Evidence.ProcessExit(137, false, hostile)), looks);

            assertThat(looks.used())
                    .as(hostile.substring(0, 30))
                    .isLessThanOrEqualTo(MeteredText.Looks.MAX);
            assertThat(failure.rule()).isNotEqualTo("unknown");
        }
    }

    @Test
    void classifiesLongHonestLogsWithinWhatItMayLook() {
        String log =
                "12:01:02 INFO  server.Http - GET /api/v1/orders/4711 200 in 12 ms\n".repeat(990);
        var looks = new MeteredText.Looks();
        var evidence =
                new Evidence.ProcessExit(1, false, log + "make: *** [Makefile:2: a] Error 1");

        Failure failure =
                new RuleClassifier(RuleBook.standard()).classify(Clues.of(evidence), looks);

        assertThat(failure.rule()).isEqualTo("make-recipe");
        assertThat(looks.used()).isLessThan(MeteredText.Looks.MAX / 10 * 9);
    }

    @Test
    void saysWhatIsWrongWithARule() {
        assertThatThrownBy(
                        () -> Rule.parse(List.of("id a", "match (", "category API", "class LINT")))
                .hasMessageContaining("match: Unclosed group");
        assertThatThrownBy(
                        () -> Rule.parse(List.of("id a", "match x", "category NO", "class LINT")))
                .hasMessageContaining("category must be one of");
        assertThatThrownBy(() -> Rule.parse(List.of("id a", "colour x")))
                .hasMessage("unknown field: colour");
        assertThatThrownBy(() ->
                        Rule.parse(
                                List.of(
                                        "id a",
                                        "match x",
                                        "category API",
                                        "class LINT",
                                        "message {y}")))
                .hasMessage("message names no capture: y");
        assertThatThrownBy(() -> Rule.parse(List.of("id a", "category API", "class LINT")))
                .hasMessage("no condition given");
        List<String> rule = List.of("id a", "match x", "category API", "class LINT", "");
        assertThatThrownBy(
                        () -> RuleBook.read(Stream.of(rule, rule).flatMap(List::stream).toList()))
                .hasMessage("two rules have the id a");
    }

    private Map<String, String> captures(String id) {
        return classifier.classify(Corpus.named(id).evidence()).captures();
    }

    private Failure exit(int code, String output) {
        return classifier.classify(new Evidence.ProcessExit(code, false, output));
    }

    private Failure reply(int status, Map<String, String> headers) {
        return classifier.classify(new Evidence.HttpReply(status, new TreeMap<>(headers), ""));
    }
}

package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FingerprintTest {

    private static final int SEEDS = 5_000;

    /** Placeholders in braces are filled anew for every occurrence of the failure. */
    private static final List<String> TEXTS =
            List.of(
                    "{path}:{n}: error: cannot find symbol\n  symbol:   class List",
                    "[{time}] worker {uuid} failed after {duration} at {hex} in {path}",
                    "connect ECONNREFUSED 10.0.{n}.{n}:{n} ({duration})",
                    "{n} tests failed in {path}, see {path}",
                    "object Order@{addr} is closed; temp file {temp} left, commit {sha}",
                    "Killed process {n} (java) total-vm:{n}kB");

    @Test
    void staysTheSameHoweverPlacesNumbersAndTimesVary() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            for (String text : TEXTS) {
                String one = filled(text, random);
                String other = filled(text, random);

                assertThat(Fingerprint.of("rule", one))
                        .as("seed %d:%n%s%n%s", seed, one, other)
                        .isEqualTo(Fingerprint.of("rule", other));
            }
        }
    }

    @Test
    void searchesForNothingThatWouldHaveBeenFound() {
        String parts = "01289afAFxXzZ_-:/\\@. \t\np'";
        for (long seed = 0; seed < SEEDS * 4; seed++) {
            var random = new Random(seed);
            var made = new StringBuilder();
            for (int i = random.nextInt(60); i >= 0; i--) {
                made.append(
                        random.nextInt(8) > 0
                                ? parts.substring(random.nextInt(parts.length())).charAt(0)
                                : filled(TEXTS.get(random.nextInt(TEXTS.size())), random));
            }
            String text = made.substring(random.nextInt(made.length()));

            assertThat(Fingerprint.substituted(text, Fingerprint.contents(text)))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(Fingerprint.substituted(text, Fingerprint.EVERYTHING));
        }
    }

    @Test
    void differsForAnotherSymbolRuleOrText() {
        String text = "src/A.java:4: error: cannot find symbol class List";
        String known = Fingerprint.of("rule", text);

        assertThat(known).matches("[0-9a-f]{16}");
        assertThat(Fingerprint.of("rule", text.replace("List", "Map"))).isNotEqualTo(known);
        assertThat(Fingerprint.of("other", text)).isNotEqualTo(known);
        assertThat(Fingerprint.of("rule", "error[E0308]: x"))
                .isNotEqualTo(Fingerprint.of("rule", "error[E0425]: x"));
    }

    @Test
    void staysTheSameForTheWholeFailureHoweverTheCheckoutIsCalled() {
        Corpus.Case given = Corpus.named("javac-missing-import");
        var exit = (Evidence.ProcessExit) given.evidence();
        String moved = exit.output().replace("src/Cart.java:4", "/var/k/4711/src/Cart.java:19");

        Failure here = Classifier.standard().classify(exit);
        Failure there = Classifier.standard().classify(new Evidence.ProcessExit(1, false, moved));

        assertThat(there.fingerprint()).isEqualTo(here.fingerprint());
    }

    private static String filled(String text, Random random) {
        String filled = text;
        while (filled.contains("{")) {
            int open = filled.indexOf('{');
            int close = filled.indexOf('}', open);
            filled =
                    filled.substring(0, open)
                            + value(filled.substring(open + 1, close), random)
                            + filled.substring(close + 1);
        }
        if (random.nextBoolean()) {
            filled = filled.replace("error", "\u001B[31;1merror\u001B[0m");
        }
        return random.nextBoolean() ? filled.replace("\n", "\r\n") : filled;
    }

    private static String value(String kind, Random random) {
        int n = random.nextInt(1_000_000);
        return switch (kind) {
            case "n" -> Integer.toString(n);
            case "path" ->
                    List.of(
                                    "/home/ci/w" + n + "/src/A.java",
                                    "build/" + n + "/A.java",
                                    "C:\\w\\A" + n)
                            .get(random.nextInt(3));
            case "time" ->
                    List.of(
                                    "2026-03-0" + (1 + n % 9) + "T10:11:1" + n % 10 + "Z",
                                    "10:11:1" + n % 10)
                            .get(random.nextInt(2));
            case "duration" -> List.of(n + "ms", "1." + n + "s", "2m3s").get(random.nextInt(3));
            case "uuid" -> new UUID(random.nextLong(), random.nextLong()).toString();
            case "hex" -> "0x" + Integer.toHexString(n);
            case "addr" -> String.format("%08x", random.nextInt());
            case "sha" -> String.format("%07x7%012x", n, random.nextInt(1 << 30));
            case "temp" -> "tmp" + n + "ab" + Integer.toHexString(n);
            default -> throw new IllegalArgumentException(kind);
        };
    }
}

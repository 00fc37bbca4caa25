package dev.kintsugi.client.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
    private static final String TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
    private static final String KEY =
            "-----BEGIN " + "PRIVATE KEY-----\nMIIabc\nDEF+/=\n-----END " + "PRIVATE KEY-----";

    @Test
    void knownValuesAreMaskedInEveryForm() {
        String secret = "p@ss w\"rd/\u00e9";
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        var redactor = Redactor.of(List.of(secret));

        assertThat(redactor.redact("a " + secret + " b\nc")).isEqualTo("a *** b\nc");
        assertThat(redactor.redact(URLEncoder.encode(secret, StandardCharsets.UTF_8)))
                .isEqualTo("***");
        assertThat(redactor.redact(Base64.getEncoder().encodeToString(bytes))).isEqualTo("***");
        assertThat(redactor.redact("{\"a\":\"p@ss w\\\"rd/\u00e9\"}")).isEqualTo("{\"a\":\"***\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p%40ss+w*r%7Ed%28%C3%A9%27%21%29",
                "p%40ss%20w*r%7Ed%28%C3%A9%27%21%29",
                "p%40ss%20w%2Ar~d%28%C3%A9%27%21%29",
                "p%40ss%20w*r~d(%C3%A9'!)",
                "p%40ss%20w%2ar~d%28%c3%a9%27%21%29",
                "p%40ss%20w*r~d(%c3%a9'!)"
            })
    void everyWayToEscapeAUrlIsMasked(String written) {
        var redactor = Redactor.of(List.of("p@ss w*r~d(\u00e9'!)"));

        assertThat(redactor.redact("GET /?q=" + written + "&x")).isEqualTo("GET /?q=***&x");
    }

    @Test
    void revealsAKnownValueThatIsNewWhereverItStands() {
        var redactor = Redactor.of(List.of("plum tree", "other value"));

        for (int at = 65_500; at < 65_570; at++) {
            assertThat(redactor.reveals("other value", "x".repeat(at) + "plum tree")).isTrue();
        }
        assertThat(redactor.reveals("", "ends in plum+tree")).isTrue();
        assertThat(redactor.reveals("a plum tree", "plum tree, plum tree")).isFalse();
        assertThat(redactor.reveals("", TOKEN)).isFalse();
        assertThat(Redactor.of(List.of()).reveals("", "anything")).isFalse();
    }

    @Test
    void aValueInsideSomethingEncodedIsMasked() {
        String secret = "correct-horse-battery";
        var redactor = Redactor.of(List.of(secret));
        for (String before : List.of("", "u:", "me:", "you:")) {
            String encoded =
                    Base64.getEncoder()
                            .encodeToString(
                                    (before + secret + "!").getBytes(StandardCharsets.UTF_8));

            String shown = redactor.redact("X-Auth: " + encoded);

            assertThat(shown)
                    .as(before)
                    .contains("***")
                    .hasSizeLessThan("X-Auth: ***".length() + 12);
        }
    }

    @Test
    void whatLooksLikeASecretIsMaskedWithItsNameLeft() {
        var redactor = Redactor.of(List.of());

        assertThat(redactor.redact("token=" + TOKEN + " ok")).isEqualTo("token=*** ok");
        assertThat(redactor.redact("git clone https://me:hunter22@host/x"))
                .isEqualTo("git clone https://me:***@host/x");
        assertThat(redactor.redact("a\n" + KEY + "\nb")).isEqualTo("a\n***\nb");
        assertThat(redactor.redact(KEY.substring(0, 40))).isEqualTo("***");
    }

    @Test
    void shortValuesAreLeftAndLongOnesRefused() {
        assertThat(Redactor.of(List.of("abc", "")).redact("abc")).isEqualTo("abc");
        assertThatThrownBy(() -> Redactor.of(List.of("x".repeat(Redactor.MAX_SECRET_LENGTH + 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 16,384 characters");
    }

    @Test
    void chunksMakeNoDifference() {
        var secrets = List.of("s3cr3t", "tret", "two\nlines of it", "aaaa", "3cr3tx");
        var redactor = Redactor.of(secrets);
        var parts = new ArrayList<>(secrets);
        parts.addAll(
                List.of(
                        "s3cr",
                        "two\n",
                        "a",
                        "\n",
                        " ",
                        "\u00e9",
                        TOKEN,
                        "ghp_",
                        KEY,
                        "password=",
                        "x: y\r\n"));
        for (long seed = 0; seed < 3_000; seed++) {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (int left = random.nextInt(30); left > 0; left--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }

            String shown = inChunks(redactor, text.toString(), random, 9);

            assertThat(shown).as("seed %d", seed).isEqualTo(redactor.redact(text.toString()));
            assertThat(shown)
                    .as("seed %d", seed)
                    .doesNotContain(secrets)
                    .doesNotContain(TOKEN, "MIIabc");
        }
    }

    @Test
    void linesWithoutEndAreMaskedInBoundedMemory() {
        String secret = "never-to-be-seen";
        var stream = Redactor.of(List.of(secret, "zzzz")).stream();
        var shown = new ByteArrayOutputStream();
        byte[] filler = ("x".repeat(997) + secret + TOKEN + " ").getBytes(StandardCharsets.UTF_8);
        byte[] overlapping = "z".repeat(4_096).getBytes(StandardCharsets.UTF_8);

        for (int i = 0; i < 200; i++) {
            shown.writeBytes(stream.push(filler));
            assertThat(stream.held()).isLessThanOrEqualTo(RedactingStream.MAX_HELD);
        }
        for (int i = 0; i < 100; i++) {
            shown.writeBytes(stream.push(overlapping));
            assertThat(stream.held()).isLessThanOrEqualTo(RedactingStream.MAX_HELD);
        }
        shown.writeBytes(stream.finish());

        assertThat(shown.toString(StandardCharsets.UTF_8))
                .doesNotContain(secret, TOKEN, "zzzz")
                .contains("x".repeat(997) + "***");
        assertThat(stream.held()).isZero();
    }

    @Test
    void wholeLinesGoOutAtOnce() {
        var stream = Redactor.of(List.of("s3cr3t")).stream();

        assertThat(text(stream.push(bytes("first\nsec")))).isEqualTo("first\n");
        assertThat(text(stream.push(bytes("ond s3c")))).isEmpty();
        assertThat(text(stream.push(bytes("r3t\n")))).isEqualTo("second ***\n");
        assertThat(text(stream.finish())).isEmpty();
    }

    private static String inChunks(Redactor redactor, String text, Random random, int max) {
        var stream = redactor.stream();
        var shown = new ByteArrayOutputStream();
        byte[] bytes = bytes(text);
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + random.nextInt(max));
            shown.writeBytes(stream.push(Arrays.copyOfRange(bytes, at, end)));
            at = end;
        }
        shown.writeBytes(stream.finish());
        return shown.toString(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

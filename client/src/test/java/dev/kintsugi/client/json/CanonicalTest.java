package dev.kintsugi.client.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CanonicalTest {
    private static final int SEEDS = 3_000;

    @Test
    void anIndependentCanonicalizerAgreesOnRandomValues() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Object value = random(new Random(seed), new RandomRecords(seed), 0);

            assertAgreement("seed " + seed, value);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.kintsugi.client.json.JsonTest#wireRecords")
    void anIndependentCanonicalizerAgreesOnEveryWireRecord(Class<?> type) throws IOException {
        for (long seed = 0; seed < 50; seed++) {
            assertAgreement(type + " seed " + seed, new RandomRecords(seed).of(type));
        }
    }

    @Test
    void keysAreOrderedByUtf16CodeUnit() {
        // As the RFC's own example: the emoji's surrogate (D83D) sorts before U+FB33.
        var map = Map.of("\ufb33", 1, "\ud83d\ude00", 2, "\u20ac", 3, "1", 4, "\r", 5, "\u00f6", 6);

        String text = new String(Json.canonical(map), StandardCharsets.UTF_8);

        assertThat(text)
                .isEqualTo(
                        "{\"\\r\":5,\"1\":4,\"\u00f6\":6,\"\u20ac\":3,\"\ud83d\ude00\":2,\"\ufb33\":1}");
    }

    @Test
    void numbersThatReadersDisagreeOnAreRefused() {
        for (Object number :
                new Object[] {
                    1.5, 1.0, 1e3f, 1L << 53, -(1L << 53), BigInteger.TWO.pow(70), Double.NaN
                }) {
            assertThatThrownBy(() -> Json.canonical(List.of(number)))
                    .as("%s", number)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2^53");
        }
        assertThat(Json.canonical((1L << 53) - 1)).asString().isEqualTo("9007199254740991");
    }

    @Test
    void textCutInTheMiddleOfACharacterIsStillWritten() {
        var cut = List.of("a\ud83d", "\ude00b", "\ud83d\ud83d\ude00");

        String text = new String(Json.canonical(cut), StandardCharsets.UTF_8);

        assertThat(text).isEqualTo("[\"a\ufffd\",\"\ufffdb\",\"\ufffd\ud83d\ude00\"]");
    }

    @Test
    void controlCharactersAreEscapedInLowerCase() {
        assertThat(Json.canonical("\u0000\u001f\b\t\n\f\r\"\\\u007f/"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\\u007f/\"");
    }

    private static void assertAgreement(String what, Object value) throws IOException {
        String json = Json.mapper().writeValueAsString(value);

        byte[] bytes = Json.canonical(value);

        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .as("%s: %s", what, json)
                .isEqualTo(new JsonCanonicalizer(json).getEncodedString());
    }

    /** The independent canonicalizer takes only arrays and objects at the top. */
    private static Object random(Random random, RandomRecords records, int depth) {
        return switch (random.nextInt(depth == 0 ? 2 : depth > 5 ? 4 : 6)) {
            case 0 -> List.of(scalar(random, records));
            case 1 -> Map.of(records.text(), scalar(random, records));
            case 2, 3 -> scalar(random, records);
            case 4 -> {
                var list = new ArrayList<Object>();
                for (int left = random.nextInt(5); left > 0; left--) {
                    list.add(random(random, records, depth + 1));
                }
                yield list;
            }
            default -> {
                var map = new TreeMap<String, Object>();
                for (int left = random.nextInt(5); left > 0; left--) {
                    map.put(records.text(), random(random, records, depth + 1));
                }
                yield map;
            }
        };
    }

    private static Object scalar(Random random, RandomRecords records) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong() >> 11;
            case 1 -> random.nextInt(1000);
            case 2 -> random.nextBoolean();
            default -> records.text();
        };
    }
}

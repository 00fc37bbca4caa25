package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Collection;
import java.util.List;

/** Masks known values only, holding back what may be the beginning of one. */
record LiteralRedaction() implements Redaction {
    static final String MASK = "***";

    @Override
    public Masker masker(Collection<String> values) {
        return new Holding(List.copyOf(values));
    }

    private static final class Holding implements Masker {
        private final List<String> values;
        private final int longest;
        private String held = "";

        Holding(List<String> values) {
            this.values = values;
            this.longest = values.stream().mapToInt(String::length).max().orElse(1);
        }

        @Override
        public byte[] feed(byte[] bytes, int length) {
            held = masked(held + new String(bytes, 0, length, ISO_8859_1));
            int safe = Math.max(0, held.length() - longest + 1);
            var out = held.substring(0, safe);
            held = held.substring(safe);
            return out.getBytes(ISO_8859_1);
        }

        @Override
        public byte[] end() {
            return held.getBytes(ISO_8859_1);
        }

        private String masked(String text) {
            for (var value : values) {
                text = text.replace(value, MASK);
            }
            return text;
        }
    }
}

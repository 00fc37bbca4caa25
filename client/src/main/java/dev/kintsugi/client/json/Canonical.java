package dev.kintsugi.client.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Writes a JSON tree as RFC 8785 has it; see {@link Json#canonical} for what it refuses. */
final class Canonical {
    private static final long MAX_INTEGER = (1L << 53) - 1;
    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final char REPLACEMENT = '\uFFFD';

    private final StringBuilder out = new StringBuilder(256);

    private Canonical() {}

    static byte[] bytes(JsonNode tree) {
        var writer = new Canonical();
        writer.value(tree);
        return writer.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void value(JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> object(node);
            case ARRAY -> array(node);
            case STRING, BINARY -> string(node.asString());
            case NUMBER -> out.append(integer(node));
            case BOOLEAN -> out.append(node.booleanValue());
            case NULL -> out.append("null");
            case MISSING, POJO ->
                    throw new IllegalArgumentException("not a JSON value: " + node.getNodeType());
        }
    }

    private void object(JsonNode node) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        Map.Entry<String, JsonNode>[] fields = node.properties().toArray(new Map.Entry[0]);
        // String's order is that of UTF-16 code units, which is the order RFC 8785 §3.2.3 asks for.
        Arrays.sort(fields, Map.Entry.comparingByKey());
        char before = '{';
        for (var field : fields) {
            out.append(before);
            string(field.getKey());
            out.append(':');
            value(field.getValue());
            before = ',';
        }
        out.append(fields.length == 0 ? "{}" : "}");
    }

    private void array(JsonNode node) {
        out.append('[');
        for (int i = 0; i < node.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            value(node.get(i));
        }
        out.append(']');
    }

    private static long integer(JsonNode node) {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            long value = node.longValue();
            if (-MAX_INTEGER <= value && value <= MAX_INTEGER) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "canonical JSON takes integers in [-2^53 + 1, 2^53 - 1], was " + node.asString());
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                control(c);
            } else if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (!Character.isSurrogate(c)) {
                out.append(c);
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else {
                out.append(REPLACEMENT);
            }
        }
        out.append('"');
    }

    private void control(char c) {
        switch (c) {
            case '\b' -> out.append("\\b");
            case '\t' -> out.append("\\t");
            case '\n' -> out.append("\\n");
            case '\f' -> out.append("\\f");
            case '\r' -> out.append("\\r");
            default -> out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
        }
    }
}

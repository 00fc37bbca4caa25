package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * What is masked in one attempt.
 *
 * @param values secrets known by value
 */
record Masking(Redaction redaction, List<String> values) {
    Masking {
        values = List.copyOf(values);
    }

    Redaction.Masker stream() {
        return redaction.masker(values);
    }

    String text(String text) {
        var masker = stream();
        var bytes = text.getBytes(UTF_8);
        var masked = new ByteArrayOutputStream(bytes.length);
        masked.writeBytes(masker.feed(bytes, bytes.length));
        masked.writeBytes(masker.end());
        return masked.toString(UTF_8);
    }
}

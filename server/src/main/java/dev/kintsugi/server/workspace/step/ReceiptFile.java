package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The file named by {@code KINTSUGI_RECEIPT}, into which a step with {@code effects: once} writes
 * what the outside system answered. A whole line is handed in while the step still runs, the rest
 * at its end: a worker that dies in between has it known that the step happened.
 */
final class ReceiptFile {
    /** Most bytes that are read of it. */
    private static final int MAX_BYTES = 4_096;

    private final Attempt attempt;
    private final Redactor redactor;

    ReceiptFile(Attempt attempt, Redactor redactor) {
        this.attempt = attempt;
        this.redactor = redactor;
    }

    /** Hands in what is there, if it is a whole line. */
    void look() {
        if (attempt.takesEffectOnce()) {
            var text = read(attempt.folder().receipt());
            if (text.contains("\n")) {
                attempt.context().receipt(redactor.redact(text));
            }
        }
    }

    /** Hands in what there is at the end. */
    void end() {
        if (attempt.takesEffectOnce()) {
            attempt.context().receipt(text());
        }
    }

    /** What there is, without secrets; empty when there is nothing. */
    String text() {
        return redactor.redact(read(attempt.folder().receipt())).strip();
    }

    /** A step may have made anything of it: what is no file of its own says nothing. */
    private static String read(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(MAX_BYTES), UTF_8);
        } catch (IOException _) {
            return "";
        }
    }
}

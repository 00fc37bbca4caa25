package dev.kintsugi.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What nobody foresaw: told in one sentence, with the details in a file for who mends it. */
final class Bug {
    private Bug() {}

    /** Writes {@code logs/cli-error.log} in the home, in place of the one before. */
    static String tell(Shell shell, Throwable e) {
        var file = write(shell, e);
        var where = file == null ? "" : "; the details are in " + file;
        return "something went wrong that should not: %s%s".formatted(said(e), where);
    }

    private static String said(Throwable e) {
        var kind = e.getClass().getSimpleName().replaceAll("(Exception|Error)$", "");
        return e.getMessage() == null ? kind : kind + ": " + e.getMessage();
    }

    private static @Nullable Path write(Shell shell, Throwable e) {
        var details = new StringWriter();
        e.printStackTrace(new PrintWriter(details, true));
        try {
            shell.home().make();
            return Files.writeString(shell.home().cliErrorLog(), details.toString());
        } catch (IOException | RuntimeException _) {
            return null; // the sentence must do
        }
    }
}

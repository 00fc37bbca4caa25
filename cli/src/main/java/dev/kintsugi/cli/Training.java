package dev.kintsugi.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;

/**
 * Has the launcher train the server's AOT cache once the first use is over. It runs at the lowest
 * priority in the background; when it cannot, later starts are slower and nothing else.
 */
final class Training {
    private Training() {}

    static void afterUse(Shell shell) {
        var installation = shell.installation();
        var launcher = installation.launcher();
        if (launcher == null
                || Files.exists(installation.serverCache())
                || !Files.isRegularFile(installation.serverJar())
                || shell.env().containsKey("KINTSUGI_TRAINING")) {
            return;
        }
        var command =
                new ProcessBuilder("nice", "-n", "19", launcher.toString())
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        command.environment().put("KINTSUGI_TRAINING", "server");
        try {
            command.start();
        } catch (IOException _) {
            // the next use tries again
        }
    }
}

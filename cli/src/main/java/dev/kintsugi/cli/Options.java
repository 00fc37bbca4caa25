package dev.kintsugi.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
final class Options {
    @Option(names = "--json", description = "Print JSON: one object a line.")
    boolean json;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "The server to use, with the key in KINTSUGI_API_KEY; default: KINTSUGI_SERVER,"
                            + " else one on this machine.")
    @Nullable String server;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}

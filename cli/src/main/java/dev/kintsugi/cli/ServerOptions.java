package dev.kintsugi.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes that speaks to a server. */
final class ServerOptions extends Options {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "The server to use, with the key in KINTSUGI_API_KEY; default: KINTSUGI_SERVER,"
                            + " else one on this machine.")
    @Nullable String server;
}

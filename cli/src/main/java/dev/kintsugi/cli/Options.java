package dev.kintsugi.cli;

import picocli.CommandLine.Option;

/** What every command takes. */
class Options {
    @Option(names = "--json", description = "Print JSON: one object a line.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}

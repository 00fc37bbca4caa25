package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Display;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.util.function.Supplier;

/**
 * Where the command reads and writes, and what can be done there.
 *
 * @param in what the user types
 * @param asks whether somebody can be asked: {@code in} and {@code err} are a terminal
 * @param live whether {@code out} is a terminal that can be drawn on
 * @param coloured whether {@code out} shows colours
 * @param size of the terminal
 */
record Console(
        BufferedReader in,
        PrintStream out,
        PrintStream err,
        boolean asks,
        boolean live,
        boolean coloured,
        Supplier<Display.Size> size) {

    /** Files and pipes: nobody can be asked, and nothing drawn. */
    static Console plain(BufferedReader in, PrintStream out, PrintStream err) {
        return new Console(in, out, err, false, false, false, () -> Display.UNKNOWN);
    }

    /** The same, where somebody can be asked or not. */
    Console asking(boolean can) {
        return new Console(in, out, err, can, live, coloured, size);
    }

    /** The same with an {@code out} that can be drawn on. */
    Console drawing(boolean withColours, Supplier<Display.Size> terminal) {
        return new Console(in, out, err, asks, true, withColours, terminal);
    }
}

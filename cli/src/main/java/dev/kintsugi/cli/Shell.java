package dev.kintsugi.cli;

import dev.kintsugi.cli.local.Home;
import dev.kintsugi.cli.local.Installation;
import dev.kintsugi.cli.screen.Display;
import java.io.BufferedReader;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What the command has around it; tests give their own.
 *
 * @param env environment variables
 * @param directory where relative paths start
 * @param in what the user types
 * @param asks whether somebody can be asked: {@code in} and {@code err} are a terminal
 * @param live whether {@code out} is a terminal that can be drawn on
 * @param coloured whether {@code out} shows colours
 * @param size of the terminal
 * @param interrupts how often Ctrl-C was pressed since it was last looked at
 */
record Shell(
        Map<String, String> env,
        Path directory,
        Installation installation,
        BufferedReader in,
        PrintStream out,
        PrintStream err,
        boolean asks,
        boolean live,
        boolean coloured,
        Supplier<Display.Size> size,
        Time time,
        AtomicInteger interrupts) {

    /** Time that passes. */
    interface Time extends InstantSource {
        void pause(Duration time);
    }

    Home home() {
        return Home.of(env);
    }

    Display display() {
        return new Display(out, live, coloured, size);
    }

    /**
     * A path as the user means it.
     *
     * @throws CommandException when it cannot be one here
     */
    Path path(String given) {
        try {
            return directory.resolve(given).normalize();
        } catch (InvalidPathException e) {
            throw new CommandException(
                    ExitCode.BAD_INPUT,
                    "\"%s\" cannot be a path here (%s): is the locale UTF-8?"
                            .formatted(given, e.getReason()));
        }
    }

    void say(String text) {
        out.println(text);
        out.flush();
    }

    void warn(String text) {
        err.println(text);
        err.flush();
    }
}

package dev.kintsugi.cli;

import dev.kintsugi.cli.local.Home;
import dev.kintsugi.cli.local.Installation;
import dev.kintsugi.cli.screen.Display;
import dev.kintsugi.client.json.Json;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the command has around it; tests give their own.
 *
 * @param env environment variables
 * @param directory where relative paths start
 * @param interrupts how often Ctrl-C was pressed since it was last looked at
 */
record Shell(
        Map<String, String> env,
        Path directory,
        Installation installation,
        Console console,
        TimeAndChance world,
        AtomicInteger interrupts) {

    Home home() {
        return Home.of(env);
    }

    Display display() {
        return new Display(console.out(), console.live(), console.coloured(), console.size());
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
        console.out().println(text);
        console.out().flush();
    }

    /** Says a value as one line of JSON. */
    void sayJson(Object value) {
        say(Json.mapper().writeValueAsString(value));
    }

    void warn(String text) {
        console.err().println(text);
        console.err().flush();
    }
}

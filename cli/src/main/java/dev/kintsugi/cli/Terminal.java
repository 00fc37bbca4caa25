package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Display;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/** The real terminal: what it can do, how large it is, and Ctrl-C on it. */
final class Terminal {
    private static final int MAX_COLUMNS = 1_000;

    private Terminal() {}

    /** Whether the stream with this number is a terminal; the launcher has looked. */
    static boolean is(int stream) {
        var terminals = System.getProperty("kintsugi.tty", "");
        return terminals.contains(Integer.toString(stream));
    }

    static boolean canDraw(Map<String, String> env) {
        return is(1) && !"dumb".equals(env.get("TERM"));
    }

    static boolean hasColours(Map<String, String> env) {
        return canDraw(env) && env.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** The terminal's size, measured when first asked and after each change. */
    static Supplier<Display.Size> size() {
        var known = new AtomicReference<Display.@Nullable Size>();
        return () -> {
            var size = known.get();
            if (size == null) {
                onSignal("WINCH", () -> known.set(null));
                size = measure();
                known.set(size);
            }
            return size;
        };
    }

    private static Display.Size measure() {
        try {
            var process =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(1, TimeUnit.SECONDS);
            return parse(text.strip());
        } catch (IOException _) {
            return Display.UNKNOWN;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Display.UNKNOWN;
        }
    }

    private static Display.Size parse(String text) {
        var parts = text.split(" ");
        if (parts.length != 2 || !parts[0].matches("\\d{1,4}") || !parts[1].matches("\\d{1,4}")) {
            return Display.UNKNOWN;
        }
        int rows = Integer.parseInt(parts[0]);
        int columns = Integer.parseInt(parts[1]);
        return rows == 0 || columns == 0
                ? Display.UNKNOWN
                : new Display.Size(rows, Math.min(columns, MAX_COLUMNS));
    }

    /**
     * Counts Ctrl-C from now on, instead of ending the program with code 130. To be called once
     * somebody looks at the count, not before: what is only waited for must still be left by it.
     */
    static void countInterrupts(AtomicInteger interrupts) {
        onSignal("INT", interrupts::incrementAndGet);
    }

    private static void onSignal(String name, Runnable action) {
        try {
            Signal.handle(new Signal(name), _ -> action.run());
        } catch (IllegalArgumentException _) {
            // this system has no such signal, or keeps it to itself
        }
    }
}

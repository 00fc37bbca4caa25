package dev.kintsugi.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks at the terminal. What is typed is read on a thread of its own, so that Ctrl-C is noticed
 * while an answer is waited for.
 */
final class Prompt {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final String END = "\u0004";

    private final Shell shell;
    private final LinkedBlockingQueue<String> typed = new LinkedBlockingQueue<>();
    private final AtomicBoolean reading = new AtomicBoolean();

    Prompt(Shell shell) {
        this.shell = shell;
    }

    /** The answer in lower case, perhaps empty; null on Ctrl-C or when the input has ended. */
    @Nullable String ask(String question) {
        shell.console().err().print(question);
        shell.console().err().flush();
        typed.clear();
        read();
        int before = shell.interrupts().get();
        try {
            while (shell.interrupts().get() == before) {
                var line = typed.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (line != null) {
                    return line.equals(END) ? null : line.strip().toLowerCase(Locale.ROOT);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        shell.warn("");
        return null;
    }

    private void read() {
        if (reading.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("typed").start(this::readLine);
        }
    }

    private void readLine() {
        String line;
        try {
            line = shell.console().in().readLine();
        } catch (IOException _) {
            line = null;
        }
        reading.set(false); // before the line is handed over: who gets it may ask again at once
        typed.add(line == null ? END : line);
    }
}

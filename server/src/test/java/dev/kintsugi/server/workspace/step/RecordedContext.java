package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.worker.TaskContext;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** A lease that a test can cancel, and the log written under it. */
final class RecordedContext implements TaskContext {
    private final List<Runnable> onCancel = new ArrayList<>();
    private final List<Integer> chunks = new ArrayList<>();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final List<String> receipts = new ArrayList<>();
    private boolean cancelled;

    @Override
    public synchronized boolean cancelled() {
        return cancelled;
    }

    @Override
    public synchronized void onCancel(Runnable action) {
        onCancel.add(action);
    }

    @Override
    public synchronized void log(byte[] bytes) {
        chunks.add(bytes.length);
        log.writeBytes(bytes);
    }

    @Override
    public synchronized void receipt(String text) {
        if (!text.isBlank()) {
            receipts.add(text.strip());
        }
    }

    synchronized List<String> receipts() {
        return List.copyOf(receipts);
    }

    synchronized void cancel() {
        cancelled = true;
        onCancel.forEach(Runnable::run);
    }

    synchronized String text() {
        return log.toString(UTF_8);
    }

    synchronized List<Integer> chunks() {
        return List.copyOf(chunks);
    }
}

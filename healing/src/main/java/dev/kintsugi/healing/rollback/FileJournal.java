package dev.kintsugi.healing.rollback;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A journal in a file. A last line that a crash cut off was never answered for, and is cut away;
 * any other broken line means that the file is damaged, and is refused. When nothing is open and
 * the file has grown past {@value #MAX_IDLE_BYTES} bytes, it is emptied.
 */
final class FileJournal implements Journal {

    static final long MAX_IDLE_BYTES = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final MemoryJournal open = new MemoryJournal();
    private final FileChannel channel;

    FileJournal(Path file) {
        try {
            boolean fresh = !Files.exists(file);
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            try {
                claim(file);
                read(file);
                if (fresh) {
                    syncFolder(file);
                }
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void claim(Path file) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException _) {
            // Another journal of this process has it.
        }
        throw new IllegalStateException("the journal " + file + " is in use");
    }

    private void read(Path file) throws IOException {
        var bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        int from = 0;
        int line = 1;
        for (int end; (end = text.indexOf('\n', from)) >= 0; from = end + 1, line++) {
            Entry entry = JournalLine.read(text.substring(from, end));
            if (entry == null && text.indexOf('\n', end + 1) < 0 && end + 1 == text.length()) {
                break;
            }
            if (entry == null) {
                throw new IllegalStateException(
                        "the journal %s is damaged in line %d".formatted(file, line));
            }
            open.append(entry);
        }
        // All lines are ASCII, so that characters are bytes.
        channel.truncate(from);
        channel.position(from);
        channel.force(true);
    }

    /** Else the file's name could be lost in a crash, and all its lines with it. */
    private static void syncFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (var of = FileChannel.open(folder, StandardOpenOption.READ)) {
                of.force(true);
            }
        }
    }

    @Override
    public void append(Entry entry) {
        lock.lock();
        try {
            long before = channel.position();
            try {
                write(JournalLine.of(entry) + "\n");
            } catch (IOException e) {
                channel.truncate(before).position(before); // half a line would spoil the next
                throw e;
            }
            open.append(entry);
            if (channel.position() > MAX_IDLE_BYTES && open.open().isEmpty()) {
                channel.truncate(0).position(0);
                channel.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private void write(String line) throws IOException {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(line);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }

    @Override
    public List<Entry> open() {
        return open.open();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.kintsugi.healing.rollback;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in a file. A last line that a crash cut off was never answered for, and is cut away;
 * any other broken line means that the file is damaged, and is refused. When the file has grown to
 * twice what is open in it and past {@value #MAX_IDLE_BYTES} bytes, it is replaced by one that has
 * only that; where that fails, the file goes on, and is tried again when it has doubled.
 *
 * <p>Written without a channel, which an interrupt would close for everybody: what must be taken
 * back is often known to a thread that was interrupted.
 */
final class FileJournal implements Journal {

    static final long MAX_IDLE_BYTES = 1 << 20;

    /** A file that is larger is refused: it cannot be from this class. */
    static final long MAX_BYTES = 1 << 30;

    private static final Logger LOG = LoggerFactory.getLogger(FileJournal.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final MemoryJournal open = new MemoryJournal();
    private final Path path;
    private RandomAccessFile file;

    /** How long the file was when it was last made small, or could not be. */
    private long compactBytes;

    FileJournal(Path path) {
        this.path = path;
        try {
            boolean fresh = !Files.exists(path);
            file = claimed(path);
            try {
                read();
                if (fresh) {
                    syncFolder(path);
                }
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RandomAccessFile claimed(Path path) throws IOException {
        var file = new RandomAccessFile(path.toFile(), "rw");
        try {
            if (file.getChannel().tryLock() != null) {
                return file;
            }
        } catch (OverlappingFileLockException _) {
            // Another journal of this process has it.
        }
        file.close();
        throw new IllegalStateException("the journal " + path + " is in use");
    }

    private void read() throws IOException {
        if (file.length() > MAX_BYTES) {
            throw new IllegalStateException(
                    "the journal %s must be at most %d bytes, was %d"
                            .formatted(path, MAX_BYTES, file.length()));
        }
        var bytes = new byte[(int) file.length()];
        file.readFully(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int from = 0;
        int line = 1;
        for (int end; (end = text.indexOf('\n', from)) >= 0; from = end + 1, line++) {
            Entry entry = JournalLine.read(text.substring(from, end));
            if (entry == null && text.indexOf('\n', end + 1) < 0 && end + 1 == text.length()) {
                break;
            }
            if (entry == null) {
                throw new IllegalStateException(
                        "the journal %s is damaged in line %d".formatted(path, line));
            }
            open.append(entry);
        }
        // All lines are ASCII, so that characters are bytes.
        cut(from);
        file.getFD().sync();
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
            long before = file.getFilePointer();
            try {
                write(file, List.of(entry));
            } catch (IOException e) {
                cut(before); // half a line would spoil the next
                throw e;
            }
            open.append(entry);
            if (file.getFilePointer() > Math.max(MAX_IDLE_BYTES, 2 * compactBytes)) {
                tryToCompact();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private static void write(RandomAccessFile file, List<Entry> entries) throws IOException {
        var lines = new StringBuilder();
        for (Entry entry : entries) {
            lines.append(JournalLine.of(entry)).append('\n');
        }
        file.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
        file.getFD().sync();
    }

    /** The entry is in the file, whatever becomes of this. */
    private void tryToCompact() throws IOException {
        try {
            compact();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the journal {} cannot be made smaller", path, e);
        }
        compactBytes = file.getFilePointer();
    }

    /** Who claims the new file by its name does so after the move, and finds it claimed. */
    private void compact() throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        RandomAccessFile next = claimed(fresh);
        try {
            write(next, open.open());
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            next.close();
            throw e;
        }
        RandomAccessFile old = file;
        file = next;
        old.close();
        syncFolder(path); // else a crash could bring back the old file, without what came after
    }

    private void cut(long length) throws IOException {
        file.setLength(length);
        file.seek(length);
    }

    @Override
    public List<Entry> open() {
        return open.open();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }
}

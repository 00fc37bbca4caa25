package dev.kintsugi.client.worker;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.client.task.WorkerProtocol;
import dev.kintsugi.client.task.WorkerProtocol.RefusedReportException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task in this worker's hands, and what its handler sees of the lease. */
final class HeldTask implements TaskContext {
    private static final Logger log = LoggerFactory.getLogger(HeldTask.class);

    /**
     * Most bytes of one task's log that wait to be sent again while the server does not take them;
     * what comes beyond is lost, and the log has a gap there.
     */
    static final int MAX_UNSENT_BYTES = 1024 * 1024;

    private final LeasedTask leased;
    private final WorkerProtocol server;
    private final String worker;
    private final List<Runnable> onCancel = new ArrayList<>();
    private final Deque<Piece> unsent = new ArrayDeque<>();
    private final ReentrantLock sending = new ReentrantLock();
    private boolean cancelled;
    private @Nullable String receipt;
    private boolean handedIn;
    private volatile boolean unwanted;
    private long logged;
    private int unsentBytes;
    private long renewedAt;

    private record Piece(long offset, byte[] bytes) {}

    /**
     * @param leasedAt when the lease began, by the worker's clock
     */
    HeldTask(LeasedTask leased, WorkerProtocol server, String worker, long leasedAt) {
        this.leased = leased;
        this.server = server;
        this.worker = worker;
        renewedAt = leasedAt;
    }

    LeasedTask leased() {
        return leased;
    }

    /** Nobody wants the work any more; what it cost still counts. */
    void notWanted() {
        unwanted = true;
    }

    boolean unwanted() {
        return unwanted;
    }

    Lease lease() {
        return leased.lease();
    }

    /** The server renewed the lease, at this time by the worker's clock or later. */
    synchronized void renewed(long at) {
        if (at - renewedAt > 0) {
            renewedAt = at;
        }
    }

    /** When the lease was last renewed for certain, by the worker's clock. */
    synchronized long renewedAt() {
        return renewedAt;
    }

    @Override
    public synchronized boolean cancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                onCancel.add(action);
                return;
            }
        }
        action.run();
    }

    @Override
    public void progress(String text) {
        if (cancelled()) {
            return;
        }
        try {
            server.progress(worker, leased.lease(), text);
        } catch (RuntimeException e) {
            log.warn("worker {} cannot tell its progress: {}", worker, e.toString());
        }
    }

    @Override
    public void receipt(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        synchronized (this) {
            if (receipt != null || line.isEmpty()) {
                return;
            }
            receipt = line.substring(0, Math.min(WorkerProtocol.MAX_RECEIPT, line.length()));
        }
        try {
            sendReceipt();
        } catch (RuntimeException e) {
            log.warn(
                    "worker {} cannot hand in the receipt of {} yet: {}",
                    worker,
                    leased.task().key(),
                    e.toString());
        }
    }

    /** Hands the receipt in, if there is one that the server does not have yet. */
    void sendReceipt() {
        sending.lock();
        try {
            var text = unsentReceipt();
            if (text != null) {
                server.receipt(leased.lease(), text);
                receiptSent();
            }
        } catch (RefusedReportException e) { // what else there is to report need not wait for it
            log.warn("the server refuses a receipt of {}: {}", leased.task().key(), e.getMessage());
            receiptSent();
        } finally {
            sending.unlock();
        }
    }

    private synchronized @Nullable String unsentReceipt() {
        return handedIn || cancelled ? null : receipt;
    }

    private synchronized void receiptSent() {
        handedIn = true;
    }

    @Override
    public void log(byte[] bytes) {
        synchronized (this) {
            if (cancelled || bytes.length == 0) {
                return;
            }
            if (unsentBytes + bytes.length <= MAX_UNSENT_BYTES) {
                unsent.add(new Piece(logged, bytes.clone()));
                unsentBytes += bytes.length;
            }
            logged += bytes.length;
        }
        sendLog();
    }

    /** Sends what is not sent yet, in order; what the server does not take waits its turn. */
    void sendLog() {
        sending.lock();
        try {
            for (var piece = nextUnsent(); piece != null; piece = nextUnsent()) {
                server.log(leased.lease(), piece.offset(), piece.bytes());
                sent(piece);
            }
        } catch (RuntimeException e) {
            log.warn(
                    "worker {} cannot write the log of {}: {}",
                    worker,
                    leased.task().key(),
                    e.toString());
        } finally {
            sending.unlock();
        }
    }

    private synchronized @Nullable Piece nextUnsent() {
        return cancelled ? null : unsent.peek();
    }

    private synchronized void sent(Piece piece) {
        unsent.remove();
        unsentBytes -= piece.bytes().length;
    }

    void cancel() {
        List<Runnable> actions;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            actions = List.copyOf(onCancel);
        }
        actions.forEach(Runnable::run);
    }
}

package dev.kintsugi.server.work;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A network between a worker and a server, which can be cut: then bytes are held, not refused. */
final class TcpProxy implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final ServerSocket listening;
    private final int target;
    private final List<Closeable> open = new ArrayList<>();
    private boolean isCut;

    private TcpProxy(ServerSocket listening, int target) {
        this.listening = listening;
        this.target = target;
    }

    static TcpProxy to(int port) {
        try {
            var proxy =
                    new TcpProxy(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()), port);
            proxy.open.add(proxy.listening);
            Thread.ofVirtual().start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    synchronized void cut() {
        isCut = true;
    }

    synchronized void mend() {
        isCut = false;
        notifyAll();
    }

    private void accept() {
        try {
            while (true) {
                var near = kept(listening.accept());
                var far = kept(new Socket(InetAddress.getLoopbackAddress(), target));
                Thread.ofVirtual().start(() -> carry(near, far));
                Thread.ofVirtual().start(() -> carry(far, near));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void carry(Socket from, Socket to) {
        try (from;
                to) {
            var buffer = new byte[BUFFER];
            int read;
            while ((read = from.getInputStream().read(buffer)) >= 0) {
                untilMended();
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException _) {
            // one side has gone: so does the other
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void untilMended() throws InterruptedException {
        while (isCut) {
            wait();
        }
    }

    private synchronized <T extends Closeable> T kept(T one) {
        open.add(one);
        return one;
    }

    @Override
    public void close() {
        mend();
        List<Closeable> all;
        synchronized (this) {
            all = List.copyOf(open);
        }
        for (var one : all) {
            try {
                one.close();
            } catch (IOException _) {
                // closed before
            }
        }
    }
}

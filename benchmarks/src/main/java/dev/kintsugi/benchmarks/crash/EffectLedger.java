package dev.kintsugi.benchmarks.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The world outside: it does what steps ask for as often as they ask, and remembers under which
 * key. It refuses nothing, so that whatever is done twice shows.
 */
final class EffectLedger implements AutoCloseable {
    private static final int BACKLOG = 100;

    /** A caller that was killed says nothing more. */
    private static final int PATIENCE_MILLIS = 2_000;

    private final ServerSocket socket;
    private final Map<String, Integer> done = new ConcurrentHashMap<>();

    EffectLedger() throws IOException {
        socket = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("ledger").start(this::listen);
    }

    /** A shell command that has its step's effect done and gives the answer to {@code then}. */
    String effect(String then) {
        return call("do", then);
    }

    /** A shell command that finds out whether its step's effect was done. */
    String question(String then) {
        return call("look", then);
    }

    private String call(String what, String then) {
        return "exec 3<>/dev/tcp/127.0.0.1/%d; echo \"%s $KINTSUGI_IDEMPOTENCY_KEY\" >&3; read -r said <&3; %s"
                .formatted(socket.getLocalPort(), what, then);
    }

    private void listen() {
        while (!socket.isClosed()) {
            try {
                var caller = socket.accept();
                Thread.ofVirtual().start(() -> answer(caller));
            } catch (IOException _) {
                // closed: the loop ends
            }
        }
    }

    private void answer(Socket caller) {
        try (caller) {
            caller.setSoTimeout(PATIENCE_MILLIS);
            var reader =
                    new BufferedReader(
                            new InputStreamReader(caller.getInputStream(), StandardCharsets.UTF_8));
            var asked = String.valueOf(reader.readLine()).split(" ", 2);
            if (asked.length == 2) {
                var answer = asked[0].equals("do") ? "receipt-" + done(asked[1]) : known(asked[1]);
                caller.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (SocketTimeoutException e) {
            // its caller was killed before it asked
        } catch (IOException _) {
            // its caller was killed before it heard the answer, which stays true
        }
    }

    private String done(String key) {
        return key + "-" + done.merge(key, 1, Integer::sum);
    }

    private String known(String key) {
        return done.containsKey(key) ? "yes" : "no";
    }

    /** How often each effect was done. */
    Map<String, Integer> effects() {
        return new TreeMap<>(done);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

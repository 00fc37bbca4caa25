package dev.kintsugi.server.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What steps really did: each tells the test over the network as it begins and ends, whatever
 * becomes of the server that had it done.
 */
final class Ledger implements AutoCloseable {
    private final ServerSocket socket;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /**
     * One thing that a step told.
     *
     * @param said {@code began}, or {@code ended} with the exit code
     * @param command what was executed, with its arguments
     */
    record Line(String said, String run, String step, String command) {
        boolean began() {
            return said.equals("began");
        }
    }

    Ledger() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var _ = Thread.ofVirtual().name("ledger").start(this::listen);
    }

    /** A script that executes what it is given and tells of it. */
    String script() {
        return """
        #!/bin/bash
        tell() {
            exec 3<>/dev/tcp/127.0.0.1/%d
            echo "$1;$KINTSUGI_RUN;$KINTSUGI_STEP;$2" >&3
            read -r _ <&3
            exec 3>&-
        }
        tell began "$*"
        "$@"
        code=$?
        tell "ended $code" "$*"
        exit $code
        """
                .formatted(socket.getLocalPort());
    }

    private void listen() {
        while (!socket.isClosed()) {
            try (var caller = socket.accept();
                    var reader =
                            new BufferedReader(
                                    new InputStreamReader(
                                            caller.getInputStream(), StandardCharsets.UTF_8))) {
                var parts = String.valueOf(reader.readLine()).split(";", 4);
                if (parts.length == 4) {
                    lines.add(new Line(parts[0], parts[1], parts[2], parts[3]));
                    caller.getOutputStream().write('\n');
                }
            } catch (IOException _) {
                // the caller was killed, or the test is over
            }
        }
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }

    /** How often a step of a run was begun, compensations included. */
    long begun(String run, String step) {
        return lines.stream()
                .filter(line -> line.began() && line.run.equals(run) && line.step.equals(step))
                .count();
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

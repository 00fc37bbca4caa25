package dev.kintsugi.server.integration;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A platform on this machine: answers what it is told to, or accepts and never answers. */
final class StubPlatform implements AutoCloseable {
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngold";

    final AtomicInteger connections = new AtomicInteger();
    final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final ServerSocket server;
    private final UnaryOperator<String> answer;

    private StubPlatform(UnaryOperator<String> answer) {
        this.answer = answer;
        try {
            this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /**
     * @param answer to a request with its headers; empty for none ever
     */
    static StubPlatform answering(UnaryOperator<String> answer) {
        return new StubPlatform(answer);
    }

    static StubPlatform hanging() {
        return new StubPlatform(_ -> "");
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                sockets.add(socket);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException _) {
            // closed: the test is over
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            while (true) {
                var head = new StringBuilder();
                for (String line = in.readLine(); ; line = in.readLine()) {
                    if (line == null) {
                        return;
                    }
                    if (line.isEmpty()) {
                        break;
                    }
                    head.append(line).append('\n');
                }
                skipBody(in, head.toString());
                requests.add(head.toString());
                socket.getOutputStream()
                        .write(answer.apply(head.toString()).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException _) {
            // the other side has gone
        }
    }

    private static void skipBody(BufferedReader in, String head) throws IOException {
        for (String line : head.split("\n")) {
            if (line.startsWith("Content-Length: ")) {
                int left = Integer.parseInt(line.substring("Content-Length: ".length()));
                while (left-- > 0) {
                    in.read();
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket each : sockets) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

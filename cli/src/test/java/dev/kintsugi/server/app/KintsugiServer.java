package dev.kintsugi.server.app;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** Stands in for the server's program: it says that it is ready, lives, and leaves when told. */
public final class KintsugiServer {
    private KintsugiServer() {}

    static void main(String[] args) throws IOException, InterruptedException {
        var home = Path.of(System.getenv("KINTSUGI_HOME"));
        if (Files.exists(home.resolve("refuse"))) {
            System.err.println("port 8787 is taken by another program: choose one with --port");
            System.exit(5);
        }
        var roots = System.getenv("KINTSUGI_WORKSPACE_ROOTS") + "\n";
        Files.writeString(
                home.resolve("starts"),
                roots,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        var stop = new CountDownLatch(1);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var http = HttpServer.create(address, 0);
        http.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                    if (exchange.getRequestURI().getPath().endsWith("/shutdown")) {
                        stop.countDown();
                    }
                });
        http.start();
        Files.writeString(home.resolve("api-key"), "kk-test\n");
        var ready =
                "{\"pid\":%d,\"started_at\":\"%s\",\"port\":%d,\"build\":\"%s\"}"
                        .formatted(
                                ProcessHandle.current().pid(),
                                ProcessHandle.current().info().startInstant().orElseThrow(),
                                http.getAddress().getPort(),
                                build(args));
        Files.writeString(home.resolve("server.json"), ready);
        stop.await();
        http.stop(0);
    }

    private static String build(String... args) {
        return Arrays.stream(args)
                .filter(arg -> arg.startsWith("--build="))
                .map(arg -> arg.substring("--build=".length()))
                .findFirst()
                .orElseThrow();
    }
}

package dev.kintsugi.server.app;

import com.sun.net.httpserver.HttpExchange;
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
        var said = System.getenv("KINTSUGI_WORKSPACE_ROOTS");
        var start = "%s %s\n".formatted(argument("port", args), said == null ? "noted" : said);
        Files.writeString(
                home.resolve("starts"),
                start,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Files.writeString(home.resolve("profile"), System.getenv("SPRING_PROFILES_ACTIVE") + "\n");
        var stop = new CountDownLatch(1);
        var port = Integer.parseInt(argument("port", args));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        var http = HttpServer.create(address, 0);
        http.createContext("/", exchange -> answer(exchange, home, stop));
        http.start();
        Files.writeString(home.resolve("api-key"), "kk-test\n");
        announce(home, http.getAddress().getPort(), said, args);
        stop.await();
        http.stop(0);
    }

    /** Slow to answer once it finds the file {@code slow}; working while there is {@code busy}. */
    private static void answer(HttpExchange exchange, Path home, CountDownLatch stop)
            throws IOException {
        var asked = exchange.getRequestURI().toString();
        boolean slow = Files.deleteIfExists(home.resolve("slow"));
        boolean refuses = asked.endsWith("only_idle=true") && Files.exists(home.resolve("busy"));
        exchange.sendResponseHeaders(slow ? 503 : refuses ? 409 : 200, -1);
        exchange.close();
        if (asked.contains("/shutdown") && !refuses) {
            stop.countDown();
        }
    }

    private static void announce(Path home, int port, String said, String... args)
            throws IOException {
        var process = ProcessHandle.current();
        Files.writeString(
                home.resolve("server.json"),
                """
                {"pid":%d,"started_at":"%s","port":%d,"build":"%s","ephemeral":%b,
                 "workspace_roots":[%s]}\
                """
                        .formatted(
                                process.pid(),
                                process.info().startInstant().orElseThrow(),
                                port,
                                argument("build", args),
                                Arrays.asList(args).contains("--ephemeral"),
                                said == null ? "" : "\"" + said + "\""));
    }

    private static String argument(String name, String... args) {
        var start = "--" + name + "=";
        return Arrays.stream(args)
                .filter(arg -> arg.startsWith(start))
                .map(arg -> arg.substring(start.length()))
                .findFirst()
                .orElseThrow();
    }
}

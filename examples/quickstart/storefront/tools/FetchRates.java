import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Fetches today's exchange rates over HTTP. The service that offers them is flaky, so that there is
 * something to heal: it stands on this machine, and nobody listens yet when a step asks first.
 */
final class FetchRates {
    private static final String TODAY = "CHF;0.9374\nEUR;1\nJPY;163.11\nUSD;1.0842\n";

    public static void main(String[] args) throws IOException {
        var here = InetAddress.getLoopbackAddress();
        int port = freePort(here);
        var service = "1".equals(System.getenv("KINTSUGI_ATTEMPT")) ? null : serve(here, port);
        var address = URI.create("http://" + here.getHostAddress() + ":" + port + "/rates.csv");
        try (var rates = address.toURL().openStream()) {
            Files.write(Path.of(args[0]), rates.readAllBytes());
        } finally {
            if (service != null) {
                service.stop(0);
            }
        }
    }

    private static int freePort(InetAddress here) throws IOException {
        try (var socket = new ServerSocket(0, 1, here)) {
            return socket.getLocalPort();
        }
    }

    private static HttpServer serve(InetAddress here, int port) throws IOException {
        var service = HttpServer.create(new InetSocketAddress(here, port), 0);
        service.createContext(
                "/rates.csv",
                exchange -> {
                    byte[] body = TODAY.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        service.start();
        return service;
    }
}

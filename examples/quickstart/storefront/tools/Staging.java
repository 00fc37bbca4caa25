import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The staging server, which holds what is about to be sold, outside of any checkout: {@code GET /}
 * lists it. {@code serve PORT} runs it; {@code put URL FILE} and {@code remove URL} use it.
 */
final class Staging {
    private final ConcurrentSkipListMap<String, byte[]> staged = new ConcurrentSkipListMap<>();

    public static void main(String[] args) throws Exception {
        var request = args[0].equals("serve") ? null : HttpRequest.newBuilder(URI.create(args[1]));
        switch (args[0]) {
            case "serve" -> new Staging().serve(Integer.parseInt(args[1]));
            case "put" -> send(request.PUT(BodyPublishers.ofFile(Path.of(args[2]))));
            case "remove" -> send(request.DELETE());
            default -> throw new IllegalArgumentException("serve, put or remove, was " + args[0]);
        }
    }

    private static void send(HttpRequest.Builder request) throws Exception {
        try {
            var answer =
                    HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
            System.out.print(answer.body());
            System.exit(answer.statusCode() == 200 ? 0 : 1);
        } catch (ConnectException e) {
            System.out.println("no staging server is up, so nothing is shown to others");
        }
    }

    private void serve(int port) throws IOException {
        var server = HttpServer.create(address(port), 0);
        server.createContext("/", this::answer);
        server.start();
        System.out.println("staging on http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Putting twice, or removing what is not there, is no mistake: either may be tried again. */
    private void answer(HttpExchange request) throws IOException {
        var name = request.getRequestURI().getPath();
        try (request) {
            var said =
                    switch (request.getRequestMethod()) {
                        case "PUT" -> {
                            staged.put(name, request.getRequestBody().readAllBytes());
                            yield "staged " + name + "\n";
                        }
                        case "DELETE" -> {
                            staged.remove(name);
                            yield "removed " + name + "\n";
                        }
                        default -> String.join("\n", staged.keySet()) + "\n";
                    };
            var body = said.getBytes(StandardCharsets.UTF_8);
            request.sendResponseHeaders(200, body.length);
            request.getResponseBody().write(body);
        }
    }
}

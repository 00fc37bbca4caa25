import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The exchange that knows today's rates, as a service on this machine, so that the example needs no
 * network. Like many a service it starts cold: whoever asks first is sent away (503) and makes it
 * load its rates; whoever asks later gets them. It ends once it has handed them out.
 */
final class Exchange {
    private static final String TODAY = "CHF;0.9374\nEUR;1\nJPY;163.11\nUSD;1.0842\n";

    /** How long it stays when nobody wants its rates. */
    private static final int IDLE_SECONDS = 100;

    private final AtomicReference<String> rates = new AtomicReference<>();
    private final Semaphore handedOut = new Semaphore(0);

    public static void main(String[] args) throws Exception {
        var exchange = new Exchange();
        int port = Integer.parseInt(args[0]);
        var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        var server = HttpServer.create(here, 0);
        server.createContext("/rates.csv", exchange::answer);
        server.start();
        boolean done = exchange.handedOut.tryAcquire(IDLE_SECONDS, TimeUnit.SECONDS);
        server.stop(0);
        System.out.println(done ? "rates handed out" : "nobody asked for the rates");
    }

    private void answer(HttpExchange request) throws IOException {
        var loaded = rates.getAndSet(TODAY);
        byte[] body = (loaded == null ? "warming up\n" : loaded).getBytes(StandardCharsets.UTF_8);
        try (request) {
            request.sendResponseHeaders(loaded == null ? 503 : 200, body.length);
            request.getResponseBody().write(body);
        }
        if (loaded != null) {
            handedOut.release();
        }
    }
}

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fetches today's exchange rates from the exchange over HTTP. */
final class FetchRates {
    private static final String HOST = "127.0.0.1";
    private static final int TRIES = 300;
    private static final int MILLIS_BETWEEN = 100;

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        awaitStart(port);
        var address = URI.create("http://" + HOST + ":" + port + "/rates.csv");
        try (var rates = address.toURL().openStream()) {
            Files.write(Path.of(args[0]), rates.readAllBytes());
        }
    }

    /** The exchange is started at the same time: until somebody listens, there is none to ask. */
    private static void awaitStart(int port) throws Exception {
        for (int left = TRIES; left > 0; left--) {
            try (var socket = new Socket(HOST, port)) {
                return;
            } catch (IOException e) {
                Thread.sleep(MILLIS_BETWEEN);
            }
        }
    }
}

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fetches today's exchange rates from the {@link Exchange} over HTTP. */
final class FetchRates {
    private static final int TRIES = 300;
    private static final int MILLIS_BETWEEN = 100;

    public static void main(String[] args) throws Exception {
        awaitStart();
        var host = Exchange.host().getHostAddress();
        var address = URI.create("http://" + host + ":" + Exchange.port() + "/rates.csv");
        try (var rates = address.toURL().openStream()) {
            Files.write(Path.of(args[0]), rates.readAllBytes());
        }
    }

    /** The exchange is started at the same time: until somebody listens, there is none to ask. */
    private static void awaitStart() throws Exception {
        for (int left = TRIES; left > 0; left--) {
            try (var socket = new Socket(Exchange.host(), Exchange.port())) {
                return;
            } catch (IOException e) {
                Thread.sleep(MILLIS_BETWEEN);
            }
        }
    }
}

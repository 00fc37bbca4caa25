package dev.kintsugi.server.healing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.healing.call.Breaker;
import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.server.platform.postgres.DatabaseLogin;
import dev.kintsugi.server.platform.postgres.Pool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.time.Instant;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A server in a process of its own that makes calls as it is told, through breakers that it shares
 * with others. Ends when its input ends.
 */
final class CallingProcess {
    /** Begins an answer; what else is printed is the log. */
    static final String ANSWER = "answer: ";

    private final TreeMap<String, Recovery> recoveries = new TreeMap<>();
    private final Setting setting;

    private CallingProcess(Setting setting) {
        this.setting = setting;
    }

    /**
     * Url, user, password, name; then lines of what to do and the component, such as "fail api".
     */
    public static void main(String[] arguments) throws IOException {
        var source = Pool.open(new DatabaseLogin(arguments[0], arguments[1], arguments[2]));
        var store = new PostgresBreakerStore(JdbcClient.create(source), arguments[3], Instant::now);
        var process = new CallingProcess(Setting.standard().breakers(store));
        var told = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (var line = told.readLine(); line != null; line = told.readLine()) {
            String[] words = line.split(" ");
            System.out.println(ANSWER + process.done(words[0], words[1]));
        }
        System.exit(0);
    }

    private String done(String action, String component) {
        Recovery recovery =
                recoveries.computeIfAbsent(
                        component, it -> Recovery.of(it, setting).breaker(Breaker.opensAfter(5)));
        return switch (action) {
            case "succeed" -> called(recovery, false);
            case "fail" -> called(recovery, true);
            case "phase" -> recovery.circuitBreaker().orElseThrow().phase().key();
            default -> throw new IllegalArgumentException(action);
        };
    }

    private static String called(Recovery recovery, boolean failing) {
        try {
            recovery.call(() -> {
                if (failing) {
                    throw new ConnectException("planted");
                }
                return "well";
            });
            return "served";
        } catch (CallRejected _) {
            return "rejected";
        } catch (ConnectException _) {
            return "failed";
        }
    }
}

package dev.kintsugi.server.app;

import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.server.platform.StartFailure;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.core.env.SimpleCommandLinePropertySource;

/**
 * How {@code kintsugi worker} works.
 *
 * @param id 1 to 64 letters, digits, dots, dashes and underscores
 * @param server scheme, host and port
 * @param slots how many tasks of each class it does at once
 * @param agents programs by the name under which they are offered
 * @param agentsOnly whether it leaves commands and HTTP calls to others
 */
public record RemoteWorkerSettings(
        String id,
        URI server,
        String key,
        SortedMap<QueueClass, Integer> slots,
        int capacity,
        SortedMap<String, Path> agents,
        boolean agentsOnly,
        SortedMap<String, String> labels) {
    static final String HELP =
            """
            Does steps of a server elsewhere on this machine.

              worker --server=URL             where the server is; or KINTSUGI_SERVER
                     --queues=cpu,io          classes it takes (default: all five)
                     --capacity=8             most tasks at once (default: one per processor)
                     --agents=reviewer,...    agents it offers: programs of that name
                     --agent-folder=agents    where those programs are
                     --agents-only            no commands and HTTP calls, agents alone
                     --label=zone=a,...       what people are to know of it
                     --id=NAME                its name (default: the machine's)

            The key is taken from KINTSUGI_API_KEY; it needs the scope work.
            """;

    private static final int MAX_CAPACITY = 1_000;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Set<String> KNOWN =
            Set.of(
                    "server",
                    "queues",
                    "capacity",
                    "agents",
                    "agent-folder",
                    "agents-only",
                    "label",
                    "id");

    public RemoteWorkerSettings {
        slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
        agents = Collections.unmodifiableSortedMap(new TreeMap<>(agents));
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** Names the server, never the key. */
    @Override
    public String toString() {
        return "RemoteWorkerSettings[id=%s, server=%s]".formatted(id, server);
    }

    /**
     * As its arguments say.
     *
     * @throws StartFailure naming the argument that does not fit
     */
    static RemoteWorkerSettings of(String[] args, Map<String, String> environment) {
        var given = new SimpleCommandLinePropertySource(args);
        for (var name : given.getPropertyNames()) {
            if (!KNOWN.contains(name) && !name.equals("nonOptionArgs")) {
                throw refused(
                        "there is no option --%s; see kintsugi worker --help".formatted(name));
            }
        }
        var key = environment.getOrDefault("KINTSUGI_API_KEY", "");
        if (key.isBlank()) {
            throw refused("set KINTSUGI_API_KEY to a key of the server with the scope work");
        }
        var capacity =
                number(option(given, "capacity", "" + Runtime.getRuntime().availableProcessors()));
        return new RemoteWorkerSettings(
                id(option(given, "id", machine())),
                server(option(given, "server", environment.getOrDefault("KINTSUGI_SERVER", ""))),
                key,
                slots(option(given, "queues", "cpu,io,llm,high,low"), capacity),
                capacity,
                agents(
                        list(option(given, "agents", "")),
                        Path.of(option(given, "agent-folder", "agents"))),
                given.containsProperty("agents-only"),
                labels(list(option(given, "label", ""))));
    }

    private static String option(
            SimpleCommandLinePropertySource given, String name, String otherwise) {
        var value = given.getProperty(name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(t -> !t.isEmpty()).toList();
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "worker";
        }
    }

    private static String id(String name) {
        if (!NAME.matcher(name).matches()) {
            throw refused(
                    "--id must be 1 to 64 letters, digits, dots, dashes and underscores, was "
                            + name);
        }
        return name;
    }

    private static URI server(String text) {
        try {
            var uri = URI.create(text);
            if (uri.getHost() != null
                    && Set.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw refused(
                "--server must be an address like http://127.0.0.1:8787, was \"%s\""
                        .formatted(text));
    }

    private static int number(String text) {
        try {
            var number = Integer.parseInt(text);
            if (number >= 1 && number <= MAX_CAPACITY) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw refused("--capacity must be in [1, %d], was %s".formatted(MAX_CAPACITY, text));
    }

    private static SortedMap<QueueClass, Integer> slots(String text, int capacity) {
        var slots = new TreeMap<QueueClass, Integer>();
        for (var name : list(text)) {
            try {
                slots.put(QueueClass.valueOf(name.toUpperCase(Locale.ROOT)), capacity);
            } catch (IllegalArgumentException _) {
                throw refused("--queues must be among cpu, io, llm, high, low, was " + name);
            }
        }
        return slots;
    }

    private static SortedMap<String, Path> agents(List<String> names, Path folder) {
        var agents = new TreeMap<String, Path>();
        for (var name : names) {
            var program = folder.resolve(name).toAbsolutePath().normalize();
            if (!NAME.matcher(name).matches() || !Files.isExecutable(program)) {
                throw refused(
                        "--agents: there is no program %s that can be executed; --agent-folder says where to look"
                                .formatted(program));
            }
            agents.put(name, program);
        }
        return agents;
    }

    private static SortedMap<String, String> labels(List<String> texts) {
        var labels = new TreeMap<String, String>();
        for (var text : texts) {
            var at = text.indexOf('=');
            if (at < 1) {
                throw refused("--label must be like zone=a, was " + text);
            }
            labels.put(text.substring(0, at), text.substring(at + 1));
        }
        return labels;
    }

    private static StartFailure refused(String why) {
        return new StartFailure(why, null);
    }
}

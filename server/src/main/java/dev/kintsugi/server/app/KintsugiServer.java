package dev.kintsugi.server.app;

import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.StartFailure;
import dev.kintsugi.server.platform.postgres.Database;
import dev.kintsugi.server.tenant.LocalKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The control plane's main program. Arguments: {@code --port=N} (default 8787, 0 for a free one),
 * {@code --ephemeral}, {@code --build=ID}; whatever else Spring Boot knows.
 */
public final class KintsugiServer {
    private static final String DEFAULT_BIND = "127.0.0.1";
    private static final String DEFAULT_PORT = "8787";

    private KintsugiServer() {}

    static void main(String[] args) {
        try {
            start(System.getenv(), args);
        } catch (StartFailure e) {
            System.err.println(e.getMessage());
            System.exit(StartFailure.EXIT_CODE);
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(KintsugiServer.class).error("The server cannot start", e);
            System.exit(StartFailure.EXIT_CODE);
        }
    }

    /**
     * A server that is up when this returns; close it to stop it.
     *
     * @param environment what {@link System#getenv()} would say
     * @throws StartFailure when it cannot start; nothing is left behind then
     */
    public static ConfigurableApplicationContext start(
            Map<String, String> environment, String... args) {
        refuseBusyPort(environment, args);
        Home home = Home.open(environment);
        Database database = Database.start(home, environment);
        try {
            var context = run(home, database, environment, args);
            try {
                context.getBean(LocalKey.class).ensure();
                announce(home, context);
                return context;
            } catch (RuntimeException e) {
                context.close();
                throw e;
            }
        } catch (RuntimeException e) {
            database.close();
            home.close();
            throw asStartFailure(e);
        }
    }

    private static void announce(Home home, ConfigurableApplicationContext context) {
        var settings = context.getEnvironment();
        int port = settings.getRequiredProperty("local.server.port", Integer.class);
        boolean ephemeral = context.getBeanNamesForType(Ephemeral.class).length > 0;
        var roots = context.getBean(WorkspaceRoots.class).said().stream().map(Path::toString);
        home.announce(port, settings.getProperty("build", "unknown"), ephemeral, roots.toList());
    }

    private static ConfigurableApplicationContext run(
            Home home, Database database, Map<String, String> environment, String... args) {
        return new SpringApplicationBuilder(ServerParts.class)
                .web(WebApplicationType.SERVLET)
                .initializers(context -> {
                    // In this order, so that they are closed in the opposite one.
                    var beans = (GenericApplicationContext) context;
                    String system = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
                    // Under a name of its own: Boot remembers sources by their names.
                    context.getEnvironment()
                            .getPropertySources()
                            .addBefore(
                                    system,
                                    new SystemEnvironmentPropertySource(
                                            "given-" + system, Map.copyOf(environment)));
                    beans.registerBean(Home.class, () -> home);
                    beans.registerBean(Database.class, () -> database);
                })
                .run(args);
    }

    /** Tried before anything is made, so that a start in vain leaves nothing behind. */
    private static void refuseBusyPort(Map<String, String> environment, String... args) {
        String bind = environment.getOrDefault("KINTSUGI_BIND", DEFAULT_BIND);
        String port = new SimpleCommandLinePropertySource(args).getProperty("port");
        if (port == null) {
            port = environment.getOrDefault("KINTSUGI_PORT", DEFAULT_PORT);
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as the server will
            socket.bind(new InetSocketAddress(bind, Integer.parseInt(port)));
        } catch (IOException e) {
            throw new StartFailure(
                    "Port %s of %s cannot be taken (%s): stop what listens there, or choose another by --port."
                            .formatted(port, bind, e.getMessage()),
                    e);
        } catch (IllegalArgumentException e) {
            throw new StartFailure("The port must be in [0, 65535], was %s.".formatted(port), e);
        }
    }

    /** What the user can mend is said in one sentence, however deep it is wrapped. */
    private static RuntimeException asStartFailure(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartFailure failure) {
                return failure;
            }
            if (cause instanceof PortInUseException port) {
                return new StartFailure(
                        "Port %d is in use: stop what listens there, or choose another by --port."
                                .formatted(port.getPort()),
                        e);
            }
        }
        return e;
    }

    /** Ends the process, the orderly way. */
    static void leave(ConfigurableApplicationContext context) {
        Thread.ofPlatform().name("leave").start(() -> System.exit(SpringApplication.exit(context)));
    }
}

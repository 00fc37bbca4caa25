package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** An application that was compiled from sources and runs in a JVM of its own. */
final class SampleApplication implements AutoCloseable {

    /** What tests need and applications do not have. */
    private static final Pattern OF_TESTS =
            Pattern.compile(
                    ".*(test-classes|/(junit|opentest4j|apiguardian|assertj|mockito|byte-buddy|objenesis"
                            + "|hamcrest|awaitility|json-path|json-smart|accessors-smart|asm|jsonassert"
                            + "|android-json|xmlunit|spring-test|spring-boot-test|spring-boot-starter-test"
                            + "|surefire|org.jacoco)[^/]*)$");

    /** What the starter uses where it is there, and what applications on the web have. */
    private static final Pattern OPTIONAL =
            Pattern.compile(
                    ".*/(micrometer|HdrHistogram|[^/]*(actuator|health|web|tomcat|jackson))[^/]*$");

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private final Process process;
    private final int port;

    private SampleApplication(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts the class {@code poems.Poems} of {@code Poems.java}; returns once it listens. */
    static SampleApplication start(Path folder, String... arguments) throws IOException {
        Process process = begin(folder, classPath(folder, OF_TESTS), arguments);
        try {
            return new SampleApplication(process, port(process.inputReader()));
        } catch (IOException | RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** As {@link #start}, with nothing that is optional; returns what it said until it ended. */
    static String run(Path folder) throws IOException {
        var left = Pattern.compile(OF_TESTS + "|" + OPTIONAL);
        Process process = begin(folder, classPath(folder, left));
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process begin(Path folder, String classPath, String... arguments)
            throws IOException {
        var javac = new ArrayList<>(List.of("-proc:none", "-parameters", "-cp", classPath));
        javac.addAll(List.of("-d", folder.toString(), folder.resolve("Poems.java").toString()));
        int compiled =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, javac.toArray(String[]::new));
        assertThat(compiled).isZero();

        var java = new ArrayList<String>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        java.addAll(List.of("-cp", folder + File.pathSeparator + classPath, "poems.Poems"));
        java.add("--server.port=0");
        java.addAll(List.of(arguments));
        return new ProcessBuilder(java).redirectErrorStream(true).start();
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static int port(BufferedReader output) throws IOException {
        var said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            Matcher found = PORT.matcher(line);
            if (found.find()) {
                // Nobody reads on, and a full pipe would stop the application.
                Thread.ofVirtual().start(() -> output.lines().forEach(_ -> {}));
                return Integer.parseInt(found.group(1));
            }
        }
        throw new IllegalStateException("the application did not start:\n" + said);
    }

    /** Modules of this build as the jars that they are packed into, and libraries as they are. */
    private static String classPath(Path folder, Pattern left) throws IOException {
        var entries = new ArrayList<String>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path) && !left.matcher(entry).matches()) {
                Path jar = folder.resolve("module-" + entries.size() + ".jar");
                pack(path, jar);
                entries.add(jar.toString());
            } else if (!left.matcher(entry).matches()) {
                entries.add(entry);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }
}

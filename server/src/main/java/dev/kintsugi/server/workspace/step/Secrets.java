package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The secrets of a worker's machine. {@code ${secrets.NAME}} is the environment variable {@code
 * KINTSUGI_SECRET_NAME}, name as written, or else the content of the file {@code NAME} in the
 * secrets folder without its last line end. A file that others than its owner may use is refused.
 * Files are read anew for each attempt, so that a rotated secret needs no restart.
 *
 * <p>The environment and the folder itself are of tenant {@value #DEFAULT_TENANT}; another tenant
 * has the folder of its name in there, and nothing else.
 */
public final class Secrets {
    /** Longest value, in characters; in a file, in bytes. Longer ones could not be masked. */
    public static final int MAX_LENGTH = Redactor.MAX_SECRET_LENGTH;

    /** Shortest value, in characters. Shorter ones appear in any text by chance. */
    private static final int MIN_LENGTH = Redactor.MIN_SECRET_LENGTH;

    /** Most files of a tenant: all are read to know what to mask. */
    static final int MAX_FILES = 1_000;

    private static final String DEFAULT_TENANT = "default";
    private static final String VARIABLE = "KINTSUGI_SECRET_";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final String OTHERS = "---rwxrwx";

    private final Map<String, String> variables;
    private final Path folder;
    private final String remedy;

    private Secrets(Map<String, String> variables, Path folder, String remedy) {
        this.variables = variables;
        this.folder = folder;
        this.remedy = remedy;
    }

    /**
     * Secrets of the environment, then of the folder.
     *
     * @param folder {@code KINTSUGI_HOME/secrets}; need not exist
     */
    public static Secrets of(Map<String, String> environment, Path folder) {
        var variables = new TreeMap<String, String>();
        environment.forEach((name, value) -> {
            if (name.startsWith(VARIABLE)) {
                variables.put(name.substring(VARIABLE.length()), value);
            }
        });
        return new Secrets(
                Collections.unmodifiableMap(variables),
                folder,
                "set " + VARIABLE + "%1$s in its environment or write %2$s (mode 600)");
    }

    /** Those that a tenant's steps may be given, and that are masked in what they say. */
    Secrets of(String tenant) {
        return tenant.equals(DEFAULT_TENANT)
                ? this
                : new Secrets(
                        Collections.emptyMap(),
                        folder.resolve(tenant),
                        "write %2$s (mode 600); those of tenant default are not tenant "
                                + tenant
                                + "'s");
    }

    /** What masks every one of them. */
    Redactor redactor() {
        return Redactor.of(known());
    }

    /** The value, which can be masked, or what is missing and where to put it. */
    String resolve(String name) throws StepRefusedException {
        if (!NAME.matcher(name).matches()) {
            throw refused(
                    name, "is not a name: letters, digits and _, at most 128, no digit first");
        }
        var variable = variables.get(name);
        var value = variable == null ? inFolder(name) : variable;
        if (value.length() > MAX_LENGTH) {
            throw refused(name, "is longer than 16,384 characters: hand large ones over as files");
        }
        if (value.length() < MIN_LENGTH) {
            throw refused(
                    name,
                    "is shorter than 4 characters, which cannot be masked: take a longer one, or"
                            + " write it into the plan if it is no secret");
        }
        return value;
    }

    private String inFolder(String name) throws StepRefusedException {
        var file = folder.resolve(name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(name, "is not known to this worker: " + remedy.formatted(name, file));
        }
        try (var files = files()) {
            if (files.skip(MAX_FILES).findAny().isPresent()) {
                throw refused(
                        name,
                        "is among more than 1,000 files, which cannot all be masked: take those out"
                                + " of %s that no plan uses".formatted(folder));
            }
        } catch (IOException e) {
            throw refused(name, "cannot be read: " + e);
        }
        return read(name, file);
    }

    /** What lies in the folder, but for the folders of other tenants. */
    private Stream<Path> files() throws IOException {
        return Files.list(folder).filter(file -> !Files.isDirectory(file));
    }

    /** Every value this worker can read, to be masked wherever it shows up. */
    List<String> known() {
        var values = new ArrayList<>(variables.values());
        values.removeIf(value -> value.length() > MAX_LENGTH); // no step is given them
        if (Files.isDirectory(folder)) {
            try (var files = files()) {
                files.limit(MAX_FILES).forEach(file -> addReadable(file, values));
            } catch (IOException _) {
                // Of no use to any step; resolve() says why to the one that wants it.
            }
        }
        return values;
    }

    private static void addReadable(Path file, List<String> values) {
        try {
            values.add(read(file.getFileName().toString(), file));
        } catch (StepRefusedException _) {
            // As above: one bad file must not unmask the others.
        }
    }

    private static String read(String name, Path file) throws StepRefusedException {
        try {
            var attributes =
                    Files.readAttributes(
                            file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile() || attributes.size() > MAX_LENGTH) {
                throw refused(
                        name,
                        "must be a regular file of at most 16 KiB, but %s is not".formatted(file));
            }
            var open = attributes.permissions();
            if (open.stream().anyMatch(PosixFilePermissions.fromString(OTHERS)::contains)) {
                throw refused(
                        name,
                        "is open to others (%s): change it, then run chmod 600 %s"
                                .formatted(PosixFilePermissions.toString(open), file));
            }
            return new String(Files.readAllBytes(file), UTF_8).replaceFirst("\r?\n\\z", "");
        } catch (IOException e) {
            throw refused(name, "cannot be read: " + e);
        }
    }

    private static StepRefusedException refused(String name, String problem) {
        return StepRefusedException.configuration(
                "step.secret", "secret %s %s".formatted(name, problem));
    }
}

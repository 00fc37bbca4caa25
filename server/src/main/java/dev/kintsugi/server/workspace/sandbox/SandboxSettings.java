package dev.kintsugi.server.workspace.sandbox;

import static java.util.Objects.requireNonNullElse;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a machine offers to sandboxes.
 *
 * @param userHome the worker's own home, which steps never see
 * @param kintsugiHome {@code KINTSUGI_HOME}, which steps never see
 * @param path folders of programs, in order
 * @param readable files and folders that steps may read although they lie in a hidden place, such
 *     as a JDK below the user's home
 * @param language value of LANG
 * @param timeZone value of TZ
 */
public record SandboxSettings(
        Path userHome,
        Path kintsugiHome,
        List<Path> path,
        List<Path> readable,
        String language,
        String timeZone) {
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    /** Where tools that keep several JDKs put them, below a user's home. */
    private static final List<String> JDK_FOLDERS =
            List.of(
                    ".sdkman/candidates",
                    ".jdks",
                    ".asdf/installs/java",
                    ".local/share/mise/installs/java");

    public SandboxSettings {
        path = List.copyOf(path);
        readable = List.copyOf(readable);
    }

    /**
     * What this machine offers: the PATH, LANG and TZ of the environment, programs on the PATH and
     * JDKs readable wherever they are.
     *
     * @param readable further places that steps may read
     */
    public static SandboxSettings of(
            Map<String, String> environment, Path kintsugiHome, List<Path> readable) {
        var home = Path.of(System.getProperty("user.home"));
        var path =
                Stream.of(environment.getOrDefault("PATH", DEFAULT_PATH).split(File.pathSeparator))
                        .filter(entry -> entry.startsWith("/"))
                        .map(Path::of)
                        .toList();
        var visible = new ArrayList<>(readable);
        visible.add(Path.of(System.getProperty("java.home")));
        JDK_FOLDERS.forEach(folder -> visible.add(home.resolve(folder)));
        path.stream().map(SandboxSettings::installation).forEach(visible::add);
        return new SandboxSettings(
                home,
                kintsugiHome,
                path,
                visible.stream().filter(Files::exists).distinct().toList(),
                requireNonNullElse(environment.get("LANG"), "C.UTF-8"),
                requireNonNullElse(environment.get("TZ"), "UTC"));
    }

    /**
     * What belongs to a folder of programs: {@code ~/.nvm/versions/node/v24/bin} needs its parent,
     * while {@code ~/.local/bin} must not open {@code ~/.local}, where keys are kept.
     */
    private static Path installation(Path programs) {
        var home = Path.of(System.getProperty("user.home"));
        var parent = programs.getParent();
        var deep = programs.startsWith(home) && programs.getNameCount() > home.getNameCount() + 3;
        return deep && parent != null && programs.endsWith("bin") ? parent : programs;
    }

    /** The environment every command begins with, before HOME, TMPDIR and its own variables. */
    SortedMap<String, String> cleanEnvironment() {
        var env = new TreeMap<String, String>();
        env.put(
                "PATH",
                String.join(File.pathSeparator, path.stream().map(Path::toString).toList()));
        env.put("LANG", language);
        env.put("TZ", timeZone);
        env.put("TERM", "dumb");
        return env;
    }
}

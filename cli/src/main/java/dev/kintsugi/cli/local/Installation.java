package dev.kintsugi.cli.local;

import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where this build of Kintsugi is, as the launcher says.
 *
 * @param build changes with every change of the program
 * @param folder what the launcher laid out: {@code cli/}, {@code server/}, caches
 * @param launcher the script itself; null when there is none
 */
public record Installation(String build, Path folder, @Nullable Path launcher) {

    /** From the system properties {@code kintsugi.build}, {@code .folder} and {@code .launcher}. */
    public static Installation of(Properties properties) {
        var build = properties.getProperty("kintsugi.build", "unknown");
        var folder = Path.of(properties.getProperty("kintsugi.folder", "."));
        var launcher = properties.getProperty("kintsugi.launcher");
        return new Installation(build, folder, launcher == null ? null : Path.of(launcher));
    }

    public Path serverJar() {
        return folder.resolve("server").resolve("server.jar");
    }

    /** The measurements, which the launcher script builds when they are called for. */
    public Path benchJar() {
        return folder.resolve("bench").resolve("benchmarks.jar");
    }

    /** The server's AOT cache, which may not be there yet. */
    public Path serverCache() {
        return folder.resolve("server.aot");
    }

    public String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}

package dev.kintsugi.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** The quickstart in a repository of its own, its steps telling a ledger what they do. */
final class Shop {
    private static final Path QUICKSTART = Path.of("../examples/quickstart");

    private final Path folder;

    private Shop(Path folder) {
        this.folder = folder;
    }

    static Shop in(Path folder, Ledger ledger) throws Exception {
        try (var files = Files.walk(QUICKSTART)) {
            for (var file : files.filter(f -> !f.toString().contains("/target")).toList()) {
                var copy = folder.resolve(QUICKSTART.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        var script = folder.resolve("storefront/tell.sh");
        Files.writeString(script, ledger.script());
        assertThat(script.toFile().setExecutable(true)).isTrue();
        var shop = new Shop(folder);
        shop.git("init", "--quiet", "--initial-branch=main", ".");
        shop.git("add", "--all");
        shop.git("commit", "--quiet", "--message", "first");
        return shop;
    }

    Path folder() {
        return folder;
    }

    /** The plan as it is, but for the telling, and for time: servers that are down cost some. */
    String plan(String name) throws IOException {
        return Files.readString(folder.resolve(name))
                .replaceAll("(exec|undo): \\./", "$1: ./tell.sh ./")
                .replace("time: 4m", "time: 30m");
    }

    String git(String... arguments) throws Exception {
        var fixed = Stream.of("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org");
        var process =
                new ProcessBuilder(Stream.concat(fixed, Stream.of(arguments)).toList())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}

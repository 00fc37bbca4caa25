package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

class SizeTest {
    private static final int MAX_JAR = 300 * 1_024;

    @Test
    void isSmallAsAJar() throws Exception {
        Path classes =
                Path.of(Failure.class.getProtectionDomain().getCodeSource().getLocation().toURI());

        assertThat(asJar(classes)).isBetween(50 * 1_024, MAX_JAR);
    }

    private static int asJar(Path classes) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes);
                var files = Files.walk(classes)) {
            List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
            for (Path file : all) {
                jar.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, jar);
            }
        }
        return bytes.size();
    }
}

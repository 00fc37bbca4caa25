import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Fails the build when a file is larger than the library promises its jar to be.
 *
 * <p>Usage: {@code CheckSize FILE MAX_BYTES}.
 */
final class CheckSize {

    public static void main(String[] args) throws IOException {
        long size = Files.size(Path.of(args[0]));
        long most = Long.parseLong(args[1]);
        if (size >= most) {
            System.err.printf("%s must be smaller than %d bytes, was %d%n", args[0], most, size);
            System.exit(1);
        }
    }
}

package dev.kintsugi.server.workspace.gate;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One file as a patch leaves it.
 *
 * @param path where it is, relative to the workspace
 * @param base git blob id (40 hexadecimal digits) of the content the patch was made for; null when
 *     there was no such file
 * @param text the whole new content; null when the file goes
 * @param executable whether the file may be executed afterwards
 */
public record FileEdit(
        String path, @Nullable String base, @Nullable String text, boolean executable) {
    public FileEdit {
        Objects.requireNonNull(path, "path");
        if (base == null && text == null) {
            throw new IllegalArgumentException(
                    "text must be given for a file that is not there yet: " + path);
        }
    }
}

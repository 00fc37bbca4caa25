package dev.kintsugi.client.plan;

import java.util.Arrays;

/** Paths and globs as plans write them: relative, with slashes. */
final class Paths {
    private Paths() {}

    /** Whether a path cannot leave the folder it begins in. */
    static boolean isInside(String path) {
        return !path.startsWith("/")
                && path.chars().noneMatch(c -> c == '\\' || c < ' ')
                && Arrays.stream(path.split("/", -1))
                        .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    }
}

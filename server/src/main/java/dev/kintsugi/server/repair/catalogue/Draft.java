package dev.kintsugi.server.repair.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.server.workspace.gate.FileEdit;
import dev.kintsugi.server.workspace.gate.GitText;
import dev.kintsugi.server.workspace.gate.SourceTree;
import dev.kintsugi.server.workspace.gate.SourceTree.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tree of a failed attempt with the changes made so far. For one thread. */
final class Draft {
    /** Largest file that is edited, in bytes. */
    static final int MAX_FILE_BYTES = 1024 * 1024;

    private final SourceTree tree;
    private final SortedMap<String, Optional<String>> written = new TreeMap<>();
    private final List<String> madeExecutable = new ArrayList<>();
    private @Nullable List<String> list;

    Draft(SourceTree tree) {
        this.tree = tree;
    }

    /** The text of a file as it is now; empty when there is none or it is too large. */
    Optional<String> text(String path) {
        Optional<String> changed = written.get(path);
        if (changed != null) {
            return changed;
        }
        return tree.read(path)
                .filter(bytes -> bytes.length <= MAX_FILE_BYTES)
                .map(bytes -> new String(bytes, UTF_8));
    }

    void write(String path, String text) {
        written.put(path, Optional.of(text));
    }

    void delete(String path) {
        written.put(path, Optional.empty());
    }

    void makeExecutable(String path) {
        if (tree.kind(path) == Kind.FILE) {
            madeExecutable.add(path);
        }
    }

    boolean isMissing(String path) {
        return tree.kind(path) == Kind.MISSING && !written.containsKey(path);
    }

    List<String> list() {
        if (list == null) {
            list = tree.list();
        }
        return list;
    }

    /**
     * The file that a tool means by a path it printed: that path, the file whose path it ends with
     * (absolute paths), or the only file whose path ends with it.
     */
    Optional<String> resolve(String printed) {
        String path = printed.startsWith("./") ? printed.substring(2) : printed;
        if (path.isEmpty() || tree.kind(path).isRegular()) {
            return path.isEmpty() ? Optional.empty() : Optional.of(path);
        }
        String longest = "";
        for (String file : list()) {
            if (file.length() > longest.length() && path.endsWith("/" + file)) {
                longest = file;
            }
        }
        if (!longest.isEmpty()) {
            return Optional.of(longest);
        }
        var ending = list().stream().filter(file -> file.endsWith("/" + path)).limit(2).toList();
        return ending.size() == 1 ? Optional.of(ending.getFirst()) : Optional.empty();
    }

    /** What changed, sorted by path; empty when nothing did. */
    List<FileEdit> edits() {
        for (String path : madeExecutable) {
            written.computeIfAbsent(path, this::text);
        }
        var edits = new ArrayList<FileEdit>();
        written.forEach((path, text) -> {
            byte[] before = tree.read(path).orElse(null);
            boolean executable =
                    tree.kind(path) == Kind.EXECUTABLE || madeExecutable.contains(path);
            boolean same =
                    before != null
                            && text.equals(Optional.of(new String(before, UTF_8)))
                            && !madeExecutable.contains(path);
            if (!same && (before != null || text.isPresent())) {
                String base = before == null ? null : GitText.blobId(before);
                edits.add(new FileEdit(path, base, text.orElse(null), executable));
            }
        });
        return edits;
    }
}

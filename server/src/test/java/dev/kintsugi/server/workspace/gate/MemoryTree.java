package dev.kintsugi.server.workspace.gate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A tree in memory, for tests. */
public record MemoryTree(SortedMap<String, byte[]> files, SortedMap<String, SourceTree.Kind> others)
        implements SourceTree {

    public static MemoryTree of(Map<String, String> texts) {
        var files = new TreeMap<String, byte[]>();
        texts.forEach((path, text) -> files.put(path, text.getBytes(UTF_8)));
        return new MemoryTree(files, new TreeMap<>());
    }

    public MemoryTree with(String path, byte[] bytes) {
        files.put(path, bytes);
        return this;
    }

    /** Says what stands at a path that is no plain file. */
    public MemoryTree with(String path, Kind kind) {
        others.put(path, kind);
        return this;
    }

    /** This tree after a patch that passed the gate. */
    public MemoryTree after(NormalisedPatch.Tree patch) {
        var copy = new MemoryTree(new TreeMap<>(files), new TreeMap<>(others));
        for (FileEdit edit : patch.edits()) {
            copy.files.remove(edit.path());
            copy.others.remove(edit.path());
            if (edit.text() != null) {
                copy.files.put(edit.path(), edit.text().getBytes(UTF_8));
            }
            if (edit.text() != null && edit.executable()) {
                copy.others.put(edit.path(), Kind.EXECUTABLE);
            }
        }
        return copy;
    }

    public String text(String path) {
        return new String(read(path).orElseThrow(), UTF_8);
    }

    @Override
    public Kind kind(String path) {
        if (others.containsKey(path)) {
            return others.get(path);
        }
        if (files.containsKey(path)) {
            return Kind.FILE;
        }
        boolean folder = files.keySet().stream().anyMatch(file -> file.startsWith(path + "/"));
        return folder ? Kind.FOLDER : Kind.MISSING;
    }

    @Override
    public Optional<byte[]> read(String path) {
        return kind(path).isRegular() ? Optional.ofNullable(files.get(path)) : Optional.empty();
    }

    @Override
    public List<String> list() {
        return files.keySet().stream().filter(path -> kind(path).isRegular()).toList();
    }
}

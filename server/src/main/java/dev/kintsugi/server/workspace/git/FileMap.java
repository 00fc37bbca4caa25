package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * The files of a tree that is being put together. Git's paths are bytes: here each byte is one
 * character (ISO 8859-1), so that names in any encoding survive.
 */
final class FileMap {
    private final TreeMap<String, Leaf> files = new TreeMap<>();

    private record Leaf(FileMode mode, ObjectId id) {}

    /**
     * The tree of tracked files with the ignored files of snapshots laid under it: of the same
     * ignored file in several, the last wins, and tracked files win over all.
     */
    static ObjectId overlay(ObjectInserter inserter, RevTree tracked, List<Snapshot> snapshots)
            throws IOException {
        var map = new FileMap();
        try (var reader = inserter.newReader()) {
            for (var snapshot : snapshots) {
                map.putIgnored(reader, snapshot);
            }
            if (map.files.isEmpty()) {
                return tracked;
            }
            map.putAll(reader, tracked);
        }
        return map.write(inserter);
    }

    private void putIgnored(ObjectReader reader, Snapshot snapshot) throws IOException {
        if (snapshot.full().getTree().equals(snapshot.tracked().getTree())) {
            return;
        }
        try (var walk = new TreeWalk(reader)) {
            walk.addTree(snapshot.full().getTree());
            walk.addTree(snapshot.tracked().getTree());
            walk.setFilter(TreeFilter.ANY_DIFF);
            walk.setRecursive(true);
            while (walk.next()) {
                if (walk.getRawMode(0) != 0 && walk.getRawMode(1) == 0) {
                    put(path(walk), walk.getFileMode(0), walk.getObjectId(0));
                }
            }
        }
    }

    void putAll(ObjectReader reader, AnyObjectId tree) throws IOException {
        try (var walk = new TreeWalk(reader)) {
            walk.addTree(tree);
            walk.setRecursive(true);
            while (walk.next()) {
                put(path(walk), walk.getFileMode(0), walk.getObjectId(0));
            }
        }
    }

    /** Puts a file; what stands in its way, as a folder or as a file, goes. */
    void put(String path, FileMode mode, ObjectId id) {
        files.subMap(path + '/', path + '0').clear(); // '0' follows '/'
        for (var at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
            files.remove(path.substring(0, at));
        }
        files.put(path, new Leaf(mode, id));
    }

    /** Whether it was there. */
    boolean remove(String path) {
        return files.remove(path) != null;
    }

    ObjectId write(ObjectInserter inserter) throws IOException {
        var cache = DirCache.newInCore();
        var builder = cache.builder();
        files.forEach((path, leaf) -> {
            var entry = new DirCacheEntry(path.getBytes(ISO_8859_1));
            entry.setFileMode(leaf.mode());
            entry.setObjectId(leaf.id());
            builder.add(entry);
        });
        builder.finish();
        return cache.writeTree(inserter);
    }

    private static String path(TreeWalk walk) {
        return new String(walk.getRawPath(), ISO_8859_1);
    }
}

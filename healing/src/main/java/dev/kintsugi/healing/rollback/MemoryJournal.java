package dev.kintsugi.healing.rollback;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Entries of open units, by unit. */
final class MemoryJournal implements Journal {

    private final SequencedMap<String, List<Entry>> units = new LinkedHashMap<>();

    @Override
    public synchronized void append(Entry entry) {
        if (entry.kind() == Kind.ENDED) {
            units.remove(entry.unit());
        } else {
            units.computeIfAbsent(entry.unit(), _ -> new ArrayList<>()).add(entry);
        }
    }

    @Override
    public synchronized List<Entry> open() {
        return units.values().stream().flatMap(List::stream).toList();
    }

    @Override
    public void close() {}
}

package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.client.task.Patch;
import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.repair.PatchSource;
import dev.kintsugi.server.repair.Proposal;
import dev.kintsugi.server.workspace.gate.FileEdit;
import dev.kintsugi.server.workspace.gate.ProposedPatch.EditChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.regex.Pattern;

/** Proposes what the entries of the catalogue make of a failure. Safe for many threads. */
public final class CatalogueSource implements PatchSource {
    /**
     * Longest line of evidence looked at; of longer ones, the beginning: patterns may be quadratic.
     */
    static final int MAX_LINE = 1_000;

    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");

    private final List<Entry> entries;

    CatalogueSource(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads the catalogue that comes with the server.
     *
     * @throws CatalogueException when an entry is wrong
     */
    public static CatalogueSource shipped() {
        return new CatalogueSource(CatalogueReader.shipped());
    }

    /** How many entries there are. */
    public int size() {
        return entries.size();
    }

    @Override
    public Patch.Source source() {
        return Patch.Source.CATALOGUE;
    }

    @Override
    public List<Proposal> propose(MendRequest request) {
        String output = plain(request.evidence());
        var proposals = new ArrayList<Proposal>();
        for (Entry entry : entries) {
            var places = entry.places(request.failure(), output);
            if (!places.isEmpty()) {
                proposals.addAll(proposals(entry, places, request));
            }
        }
        // a stable sort: commands take long, so everything else comes first
        return proposals.stream()
                .sorted(Comparator.comparing(Proposal.Command.class::isInstance))
                .limit(MAX_PROPOSALS)
                .toList();
    }

    /** The evidence without colours and without the ends of overlong lines. */
    private static String plain(String evidence) {
        var plain = new StringBuilder();
        for (String line : COLOURS.matcher(evidence).replaceAll("").split("\n", -1)) {
            plain.append(line, 0, Math.min(MAX_LINE, line.length())).append('\n');
        }
        return plain.toString();
    }

    private List<Proposal> proposals(
            Entry entry, SequencedCollection<Map<String, String>> places, MendRequest request) {
        return switch (entry.operation()) {
            case Operation.OnFiles operation -> {
                var draft = new Draft(request.tree());
                places.forEach(place -> operation.apply(place, draft));
                List<FileEdit> edits = draft.edits();
                yield edits.isEmpty()
                        ? List.of()
                        : List.of(new Proposal.Change(entry.title(), new EditChange(edits, false)));
            }
            case Operation.OnStep operation ->
                    operation.changes(request).stream()
                            .<Proposal>map(change -> new Proposal.Change(entry.title(), change))
                            .toList();
            case Operation.RunCommand(var command) ->
                    request.task().input() == null
                            ? List.of()
                            : List.of(new Proposal.Command(entry.title(), command));
        };
    }
}

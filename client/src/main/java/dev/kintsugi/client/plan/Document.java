package dev.kintsugi.client.plan;

import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/**
 * The grammar of a plan: one YAML 1.2 document, of which JSON is a part, as a tree that knows where
 * each node stands. Aliases are refused, which leaves nothing for a small text to grow by.
 */
final class Document {
    /** How deep lists and mappings may be nested: a plan needs 6, the body of a request more. */
    static final int MAX_DEPTH = 64;

    /** How many values a plan may hold: 50 for each of the most steps. */
    static final int MAX_VALUES = 50 * Plan.MAX_STEPS;

    /** A token longer than the buffer takes the parser quadratic time: 20 s for 8 MiB of "a". */
    private static final int BUFFER_SIZE = 1 << 20;

    /** Most characters of what the parser says: it may quote the text at length. */
    private static final int MAX_REASON = 300;

    private static final Pattern INDENTATION = Pattern.compile("(?m)^[ \\t]+");

    private Document() {}

    /** The document's root; empty, and a problem told, when it has none. */
    static Optional<Node> root(String text, String source, Problems problems) {
        var settings =
                LoadSettings.builder()
                        .setLabel(source)
                        .setCodePointLimit(PlanReader.MAX_SIZE)
                        .setBufferSize(BUFFER_SIZE)
                        .setSchema(new JsonSchema())
                        .build();
        try {
            var parser = new ParserImpl(settings, new StreamReader(settings, json(text)));
            var root = new Composer(settings, new Limited(parser)).getSingleNode();
            if (root.isEmpty()) {
                problems.error(new Problem(source, 1, 1, "", "the plan is empty"));
            }
            return root;
        } catch (Refused e) {
            problems.error(e.mark, "", e.reason);
        } catch (MarkedYamlEngineException e) {
            problems.error(e.getProblemMark(), "", "not valid YAML: " + reason(e));
        } catch (ReaderException e) {
            problems.error(unreadable(text, source, e));
        } catch (RuntimeException e) {
            // The parser answers some malformed numbers and escapes with exceptions not its own.
            problems.error(
                    new Problem(
                            source, 0, 0, "", "not valid YAML: " + e.getClass().getSimpleName()));
        }
        return Optional.empty();
    }

    /**
     * JSON may be indented by tabs and YAML may not: in text that begins with a brace they become
     * spaces, which changes no value (strings of several lines lose their indentation anyway).
     */
    private static String json(String text) {
        return text.stripLeading().startsWith("{") && text.indexOf('\t') >= 0
                ? INDENTATION.matcher(text).replaceAll(tabs -> " ".repeat(tabs.group().length()))
                : text;
    }

    private static String reason(MarkedYamlEngineException e) {
        String context = e.getContext();
        String reason = context == null ? e.getProblem() : context + ": " + e.getProblem();
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }

    private static Problem unreadable(String text, String source, ReaderException e) {
        int end = Math.min(e.getPosition(), text.length());
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < end; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        String message = "character U+%04X may not be written as it is: escape it in double quotes";
        return new Problem(
                source, line, end - lineStart + 1, "", message.formatted(e.getCodePoint()));
    }

    /** What the parser may not go on with. */
    private static final class Refused extends RuntimeException {
        final transient Optional<Mark> mark;
        final String reason;

        Refused(Optional<Mark> mark, String reason) {
            super(reason, null, false, false);
            this.mark = mark;
            this.reason = reason;
        }
    }

    /** A parser that stops at the limits, before the composer recurses or fills the memory. */
    private static final class Limited implements Parser {
        private final Parser parser;
        private int depth;
        private int values;

        Limited(Parser parser) {
            this.parser = parser;
        }

        @Override
        public Event next() {
            Event event = parser.next();
            if (event instanceof AliasEvent) {
                throw new Refused(
                        event.getStartMark(),
                        "aliases (*name) are not supported: write the value out");
            }
            if (event instanceof NodeEvent && ++values > MAX_VALUES) {
                throw new Refused(
                        event.getStartMark(), "more than %,d values".formatted(MAX_VALUES));
            }
            if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                throw new Refused(event.getStartMark(), "nested more than " + MAX_DEPTH + " deep");
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
            return event;
        }

        @Override
        public boolean checkEvent(Event.ID id) {
            return parser.checkEvent(id);
        }

        @Override
        public Event peekEvent() {
            return parser.peekEvent();
        }

        @Override
        public boolean hasNext() {
            return parser.hasNext();
        }
    }
}

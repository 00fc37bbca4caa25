package dev.kintsugi.cli.screen;

import java.util.ArrayList;
import java.util.List;

/** One line of styled text. Its text never controls the terminal: see {@link Text#safe}. */
public record Line(List<Span> spans) {

    /** A piece of one style. */
    public record Span(Style style, String text) {
        public Span {
            text = Text.safe(text);
        }
    }

    public Line {
        spans = List.copyOf(spans);
    }

    public static Line of(String text) {
        return of(Style.PLAIN, text);
    }

    public static Line of(Style style, String text) {
        return new Line(List.of(new Span(style, text)));
    }

    /** This line with more text at its end. */
    public Line and(Style style, String text) {
        var longer = new ArrayList<>(spans);
        longer.add(new Span(style, text));
        return new Line(longer);
    }

    public Line and(String text) {
        return and(Style.PLAIN, text);
    }

    /**
     * The line as it is written.
     *
     * @param width most columns; the rest is cut off and an ellipsis says so
     * @param coloured whether styles are written
     */
    public String paint(int width, boolean coloured) {
        var painted = new StringBuilder();
        int used = 0;
        int total = spans.stream().mapToInt(span -> Text.width(span.text())).sum();
        int room = total > width ? Math.max(0, width - 1) : width;
        for (var span : spans) {
            var text = Text.cut(span.text(), room - used);
            used += Text.width(text);
            painted.append(coloured ? span.style().paint(text) : text);
        }
        return total > width && width > 0 ? painted.append('…').toString() : painted.toString();
    }
}

package dev.kintsugi.cli.screen;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Writes to a terminal: lines that stay, above a block that is drawn anew in place. On anything
 * else than a terminal only the lines are written. Not safe for several threads.
 */
public final class Display {
    /** What is assumed where no terminal says its size. */
    public static final Size UNKNOWN = new Size(24, 100);

    /** Lines on paper are not cut. */
    private static final int UNLIMITED = Integer.MAX_VALUE;

    /** Rows and columns of a terminal. */
    public record Size(int rows, int columns) {}

    private final PrintStream out;
    private final boolean live;
    private final boolean coloured;
    private final Supplier<Size> size;
    private List<String> drawn = List.of();

    /**
     * A display on {@code out}.
     *
     * @param live whether it can be drawn anew in place
     * @param coloured whether it shows colours
     */
    public Display(PrintStream out, boolean live, boolean coloured, Supplier<Size> size) {
        this.out = out;
        this.live = live;
        this.coloured = coloured;
        this.size = size;
    }

    public boolean isLive() {
        return live;
    }

    /** Writes lines that stay. */
    public void print(List<Line> lines) {
        if (lines.isEmpty()) {
            return;
        }
        erase();
        int width = live ? size.get().columns() - 1 : UNLIMITED;
        lines.forEach(line -> out.println(line.paint(width, coloured)));
        out.flush();
    }

    /** Writes lines that stay, of any length: what matters may wrap but is never cut. */
    public void printWhole(List<Line> lines) {
        erase();
        lines.forEach(line -> out.println(line.paint(UNLIMITED, coloured)));
        out.flush();
    }

    /** Draws the block anew where it was; nothing is written when it looks the same. */
    public void draw(Screen screen, Instant now) {
        if (!live) {
            return;
        }
        var terminal = size.get();
        int rows = Math.max(4, terminal.rows() - 2);
        int width = Math.max(10, terminal.columns() - 1);
        var block =
                Block.of(screen, rows, now).stream()
                        .map(line -> line.paint(width, coloured))
                        .toList();
        if (block.equals(drawn)) {
            return;
        }
        erase();
        block.forEach(out::println);
        out.flush();
        drawn = block;
    }

    /** Takes the block away. */
    public void erase() {
        if (!drawn.isEmpty()) {
            out.print("\033[" + drawn.size() + "A\r\033[J");
            out.flush();
            drawn = List.of();
        }
    }

    /** Leaves the block where it is and goes on below it. */
    public void keep() {
        drawn = List.of();
    }
}

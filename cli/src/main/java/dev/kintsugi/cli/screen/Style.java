package dev.kintsugi.cli.screen;

/** How a piece of text looks, as the parameter of an ANSI SGR sequence. */
public enum Style {
    PLAIN(""),
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36"),
    MAGENTA("35");

    private final String sgr;

    Style(String sgr) {
        this.sgr = sgr;
    }

    String paint(String text) {
        return sgr.isEmpty() || text.isEmpty() ? text : "\033[" + sgr + "m" + text + "\033[0m";
    }
}

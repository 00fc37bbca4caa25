package dev.kintsugi.server.simulation;

/** Stands in for the simulation that comes with the server: ends as it is told. */
public final class Simulate {
    private Simulate() {}

    static void main(String[] args) {
        System.exit(Integer.parseInt(args[1]));
    }
}

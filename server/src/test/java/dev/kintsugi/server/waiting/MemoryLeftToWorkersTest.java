package dev.kintsugi.server.waiting;

final class MemoryLeftToWorkersTest extends LeftToWorkersContract {
    MemoryLeftToWorkersTest() {
        super(MemoryWaitsTest.fresh());
    }

    @Override
    void clear() {}

    @Override
    void born(String run) {}
}

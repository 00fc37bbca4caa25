package dev.kintsugi.healing.call;

/**
 * The places of a {@link Bulkhead}. A free place lies on the lane of the thread that was there
 * last; who finds none on its own lane looks on the others. There are never more calls under way
 * than places, and a call is refused only if at one moment all places were taken.
 *
 * <p>A lane's word has the free places in its low half and counts in its high half how many were
 * given back. Two looks over all lanes that find no place and equal counts prove that there was
 * none at the moment between them (the double collect of Afek et al., "Atomic Snapshots of Shared
 * Memory", J. ACM 40(4), 1993, §3). Safe for use by many threads.
 */
final class Permits {
    private static final long FREE = 0xFFFF_FFFFL;
    private static final long GIVEN_BACK = (1L << Integer.SIZE) + 1;

    /** Who meets others taking what was just given back so often is refused after all. */
    private static final int MAX_LOOKS = 1_000;

    private static final long[][] NONE = {};

    private final int max;
    private final Lanes lanes;

    Permits(int max) {
        this(max, new Lanes());
    }

    Permits(int max, Lanes lanes) {
        this.max = max;
        this.lanes = lanes;
        lanes.add(0, max);
    }

    boolean take(int thread) {
        long[] lane = lanes.of(thread);
        long word = lanes.read(lane);
        return (word & FREE) != 0 && lanes.change(lane, word, word - 1) || takeAnywhere(thread);
    }

    void giveBack(int thread) {
        lanes.add(thread, GIVEN_BACK);
    }

    /** How many calls are under way. */
    int taken() {
        long free = 0;
        for (long[] lane : lanes.all()) {
            free += lanes.read(lane) & FREE;
        }
        return (int) Math.clamp(max - free, 0, max);
    }

    private boolean takeAnywhere(int thread) {
        long[][] seen = NONE;
        long countsSeen = 0;
        for (int look = 0; look < MAX_LOOKS; look++) {
            long[][] all = lanes.all();
            long counts = 0;
            boolean empty = true;
            for (int i = 0; i < all.length; i++) {
                long[] lane = all[thread + i & all.length - 1];
                long word = lanes.read(lane);
                if ((word & FREE) != 0) {
                    if (lanes.change(lane, word, word - 1)) {
                        return true;
                    }
                    lanes.spread();
                    empty = false;
                }
                counts += word >>> Integer.SIZE;
            }
            if (empty && all == seen && counts == countsSeen) {
                return false;
            }
            seen = empty ? all : NONE;
            countsSeen = counts;
        }
        return false;
    }
}

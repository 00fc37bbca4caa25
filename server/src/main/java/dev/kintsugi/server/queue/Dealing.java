package dev.kintsugi.server.queue;

import static java.util.Comparator.comparingLong;

import dev.kintsugi.client.plan.Step.QueueClass;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Which hand gets which tasks of a class, the most urgent first. */
final class Dealing {
    private final QueueClass queue;
    private final List<Dealt> dealt = new ArrayList<>();
    private List<QueuedTask> left;
    private boolean isShort;
    private boolean isBeyond;

    Dealing(QueueClass queue, List<QueuedTask> tasks) {
        this.queue = queue;
        left = tasks.stream().sorted(comparingLong(QueuedTask::rank)).toList();
    }

    /** A task and who is to have it. */
    record Dealt(QueuedTask task, Hand hand) {}

    /** Deals what is left, in turns. */
    void among(List<Hand> hands) {
        var room = new IdentityHashMap<Hand, Integer>();
        hands.forEach(hand -> room.put(hand, hand.room(queue)));
        var rest = new ArrayList<QueuedTask>();
        int next = 0;
        for (var task : left) {
            int place = place(task, hands, next, room);
            if (place < 0) {
                rest.add(task);
            } else {
                var hand = hands.get(place);
                room.merge(hand, -1, Integer::sum);
                dealt.add(new Dealt(task, hand));
                next = place + 1;
            }
        }
        left = rest;
    }

    private int place(QueuedTask task, List<Hand> hands, int from, Map<Hand, Integer> room) {
        for (int i = 0; i < hands.size(); i++) {
            int place = (from + i) % hands.size();
            var hand = hands.get(place);
            if (hand.suits(task.task())) {
                if (room.getOrDefault(hand, 0) > 0) {
                    return place;
                }
                isShort = true;
            }
        }
        return -1;
    }

    /** Whether there is no room for a task though a hand offers what it asks for. */
    boolean isShort() {
        return isBeyond || isShort && !left.isEmpty();
    }

    /** Says that the class has not as many free slots as were dealt. */
    void tooMany() {
        isBeyond = true;
    }

    boolean isOver() {
        return left.isEmpty();
    }

    List<Dealt> dealt() {
        return List.copyOf(dealt);
    }
}

package dev.kintsugi.server.queue;

import dev.kintsugi.client.plan.Step.QueueClass;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells other servers of the same database that work was put in. Who does not hear it finds the
 * work a little later by itself.
 */
public interface Bell {
    /** For a server that is alone. */
    Bell SILENT =
            new Bell() {
                @Override
                public void ring(Set<QueueClass> classes) {}

                @Override
                public void onRing(Consumer<Set<QueueClass>> heard) {}
            };

    /** Work of these classes can be had. Returns at once. */
    void ring(Set<QueueClass> classes);

    /** Calls back when another server rings. */
    void onRing(Consumer<Set<QueueClass>> heard);
}

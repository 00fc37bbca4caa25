package dev.kintsugi.client.api;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.Evidence.HttpReply;
import dev.kintsugi.healing.Evidence.Thrown;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.time.Pause;
import dev.kintsugi.healing.time.TimeAndChance;
import java.util.TreeMap;

/** What the server's refusals mean; they are told by their status and when to come again. */
final class Refusals implements Classifier {

    /** How calls of the server are recovered, waiting by this pause. */
    static Setting told(Pause pause) {
        var real = TimeAndChance.real();
        var time =
                new TimeAndChance(real.clock(), real.ticker(), pause, real.timers(), real.chance());
        return Setting.standard()
                .time(time)
                .detector(new ErrorDetector(new Refusals(), real.chance()));
    }

    @Override
    public Failure classify(Evidence evidence) {
        if (evidence instanceof Thrown(ApiException refused) && refused.status() > 0) {
            var headers = new TreeMap<String, String>();
            if (refused.retryAfter() != null) {
                headers.put("retry-after", refused.retryAfter());
            }
            return Rules.STANDARD.classify(
                    new HttpReply(refused.status(), headers, refused.detail()));
        }
        return Rules.STANDARD.classify(evidence);
    }

    /** Read with the first failure: most programs that call the server see none. */
    private static final class Rules {
        static final Classifier STANDARD = Classifier.standard();
    }
}

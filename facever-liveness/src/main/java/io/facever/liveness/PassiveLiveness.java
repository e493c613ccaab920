package io.facever.liveness;

import io.facever.Liveness;
import io.facever.spi.StageContext;

/**
 * Judges a single photo with MiniFASNetV2 and MiniFASNetV1SE, two small networks that see the face with its
 * surroundings, grown 2.7 and 4 times. The score is the mean of what both give for "alive".
 *
 * <p>Source: github.com/minivision-ai/Silent-Face-Anti-Spoofing (Apache-2.0) at commit b6d5f04a, networks, crops and
 * the mean of both. Not followed: there the class with the largest sum decides; here "alive" is held against a
 * threshold.
 *
 * <p>The networks were trained on frames of webcams and phones. A press photo, cut and edited, may score as low as 0.3
 * though it shows a living person. Error rates were not measured: docs/liveness.md.
 *
 * @since 0.1.0
 */
public final class PassiveLiveness implements Liveness.Provider {
    /** For ServiceLoader. */
    public PassiveLiveness() {}

    @Override
    public String name() {
        return "passive";
    }

    @Override
    public Liveness create(StageContext context) {
        return MiniFasNets.open(context);
    }
}

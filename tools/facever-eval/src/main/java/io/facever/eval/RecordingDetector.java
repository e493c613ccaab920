package io.facever.eval;

import io.facever.Detector;
import io.facever.ModelDescription;
import io.facever.spi.DetectorProvider;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/** Notes which detector it is and which networks it opens, so that its results can be filed under a digest of these. */
final class RecordingDetector implements DetectorProvider {
    private final DetectorProvider provider;
    private String id = "";
    private final SortedSet<String> opened = Collections.synchronizedSortedSet(new TreeSet<>());

    RecordingDetector(DetectorProvider provider) {
        this.provider = provider;
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public int rank() {
        return provider.rank();
    }

    @Override
    public Detector create(StageContext context) {
        Detector detector = provider.create(new StageContext() {
            @Override
            public ModelDescription describe(String id) {
                return context.describe(id);
            }

            @Override
            public InferenceSession open(String id, String network) {
                opened.add(id + "/" + network + " " + context.describe(id).digest());
                return context.open(id, network);
            }

            @Override
            public InferenceSession openForParts(String id, String network) {
                opened.add(id + "/" + network + " " + context.describe(id).digest());
                return context.openForParts(id, network);
            }

            @Override
            public void forEachPart(int count, IntConsumer part) {
                context.forEachPart(count, part);
            }
        });
        id = detector.id();
        return detector;
    }

    /** Stands for the detector, its settings and its weights, once it was created. */
    String digest() {
        return Hashing.sha256(id + "\n" + String.join("\n", opened));
    }
}

package io.facever.benchmarks;

import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What facever finds and decides on the photos that the other side is asked about too, as tab-separated lines: {@code
 * face}, file, four edges, score; and {@code pair}, file, file, similarity, outcome.
 */
final class Decisions {
    /** Enough for pairs of one person and of two. */
    private static final int LFW_PHOTOS = 60;

    private Decisions() {}

    static void main(String model) {
        Inputs inputs = new Inputs();
        List<Path> files = new ArrayList<>(inputs.photos());
        files.addAll(inputs.lfw(LFW_PHOTOS));
        try (FaceVerifier verifier = FaceVerifier.builder()
                .model(model)
                .faceSelection(FaceSelection.LARGEST)
                .build()) {
            System.out.println("threshold\t" + verifier.threshold().value());
            List<Image> images = files.stream().map(verifier::decode).toList();
            for (int i = 0; i < files.size(); i++) {
                for (Face face : verifier.detect(images.get(i))) {
                    String numbers = Stream.of(
                                    face.box().x1(),
                                    face.box().y1(),
                                    face.box().x2(),
                                    face.box().y2(),
                                    face.score())
                            .map(number -> String.format(Locale.ROOT, "%.4f", number))
                            .collect(Collectors.joining("\t"));
                    System.out.println("face\t" + files.get(i) + "\t" + numbers);
                }
            }
            for (int i = 0; i + 1 < files.size(); i++) {
                var result = verifier.verify(images.get(i), images.get(i + 1));
                System.out.printf(
                        Locale.ROOT,
                        "pair\t%s\t%s\t%.4f\t%s%n",
                        files.get(i),
                        files.get(i + 1),
                        result.similarity(),
                        result.outcome());
            }
        }
    }
}

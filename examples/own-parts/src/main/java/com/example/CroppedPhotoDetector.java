package com.example;

import io.facever.Box;
import io.facever.Detector;
import io.facever.Face;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Point;
import io.facever.spi.DetectorProvider;
import io.facever.spi.StageContext;
import java.util.List;

/** For photos that are portraits already, with the face in the middle: it looks for nothing. */
public final class CroppedPhotoDetector implements DetectorProvider {
    @Override
    public String name() {
        return "cropped-photo";
    }

    /** Above facever's own, so that it is taken without being asked for by name. */
    @Override
    public int rank() {
        return 1000;
    }

    @Override
    public Detector create(StageContext context) {
        return CroppedPhotoDetector::detect;
    }

    private static List<Face> detect(Image image) {
        double w = image.width();
        double h = image.height();
        Box box = new Box(0.25 * w, 0.2 * h, 0.75 * w, 0.8 * h);
        Landmarks landmarks = new Landmarks(
                new Point(0.39 * w, 0.42 * h),
                new Point(0.61 * w, 0.42 * h),
                new Point(0.5 * w, 0.55 * h),
                new Point(0.42 * w, 0.66 * h),
                new Point(0.58 * w, 0.66 * h));
        return List.of(new Face(box, 1, landmarks));
    }
}

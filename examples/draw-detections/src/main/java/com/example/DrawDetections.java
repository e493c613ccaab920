package com.example;

import io.facever.Face;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.image.FaceDrawing;
import java.nio.file.Path;
import java.util.List;

/** Writes the photo with boxes and landmarks to target/faces.png. Usage: DrawDetections PHOTO */
public final class DrawDetections {
    private DrawDetections() {}

    public static void main(String[] args) {
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            Image photo = verifier.decode(Path.of(args[0]));
            List<Face> faces = verifier.detect(photo);
            Path picture = Path.of("target", "faces.png").toAbsolutePath();
            FaceDrawing.write(FaceDrawing.faces(photo, faces), picture);
            System.out.println("faces: " + faces.size() + ", drawn to " + picture);
        }
    }
}

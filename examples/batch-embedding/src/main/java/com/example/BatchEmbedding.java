package com.example;

import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Embeds the faces of many photos, a few photos at a time so that memory stays flat. Usage: BatchEmbedding PHOTO... */
public final class BatchEmbedding {
    private static final int PHOTOS_AT_A_TIME = 16;

    private BatchEmbedding() {}

    public static void main(String[] args) {
        List<Path> photos = Arrays.stream(args).map(Path::of).toList();
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            int embedded = 0;
            for (int from = 0; from < photos.size(); from += PHOTOS_AT_A_TIME) {
                List<Path> some = photos.subList(from, Math.min(photos.size(), from + PHOTOS_AT_A_TIME));
                embedded += embed(verifier, some).size();
            }
            System.out.println("photos: " + photos.size() + ", embeddings: " + embedded);
        }
    }

    /** All faces of all photos, cut out one by one and embedded in one go. */
    private static List<Embedding> embed(FaceVerifier verifier, List<Path> photos) {
        List<Image> images = photos.stream().map(verifier::decode).toList();
        List<List<Face>> faces = verifier.detectAll(images);
        List<FaceCrop> crops = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            for (Face face : faces.get(i)) {
                crops.add(verifier.align(images.get(i), face));
            }
        }
        return verifier.embedAll(crops);
    }
}

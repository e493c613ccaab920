package io.facever.image;

import io.facever.Face;
import io.facever.FaceverException;
import io.facever.Image;
import io.facever.Verification;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Pictures of results, for people. Needs neither a screen nor fonts on the machine, and draws the same everywhere. Safe
 * for any number of threads.
 *
 * <p>Photos are scaled so that lines and text keep their proportions and stay legible: small ones up, large ones down.
 *
 * @since 0.1.0
 */
public final class FaceDrawing {
    private FaceDrawing() {}

    /**
     * A photo with what was found in it: box, score and landmarks of each face.
     *
     * @param image the photo
     * @param faces faces of that photo
     * @return a picture whose longer side is at least 480 and at most 1600 pixels
     */
    public static BufferedImage faces(Image image, List<Face> faces) {
        Objects.requireNonNull(image, "image");
        return DetectionPicture.draw(image, List.copyOf(faces));
    }

    /**
     * Both photos of a verification side by side, with the faces that were compared, how they lie, and the outcome: in
     * words, in colour, and as the similarity on a scale with the threshold.
     *
     * @param first the first photo
     * @param second the second photo
     * @param verification what came out of comparing these two
     * @return a picture at most about 1500 pixels wide
     * @throws IllegalArgumentException when the verification is of images of other sizes
     */
    public static BufferedImage verification(Image first, Image second, Verification verification) {
        requireSize("first", first, verification.first());
        requireSize("second", second, verification.second());
        return VerificationPicture.draw(first, second, verification);
    }

    private static void requireSize(String which, Image image, Verification.Subject subject) {
        if (image.width() != subject.width() || image.height() != subject.height()) {
            throw new IllegalArgumentException("the " + which + " image is " + image.width() + "x" + image.height()
                    + ", but the verification was made of one of " + subject.width() + "x" + subject.height()
                    + "; give the image that was verified");
        }
    }

    /**
     * Writes a picture as PNG, whatever the name of the file ends in. A file that is there is replaced, in one step:
     * whoever reads it sees the old picture or the new one, and when writing fails nothing stays behind.
     *
     * @param picture the picture
     * @param file where to write; its folder must exist
     * @throws FaceverException when the file can't be written
     */
    public static void write(BufferedImage picture, Path file) {
        Objects.requireNonNull(picture, "picture");
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FaceverException(
                    "picture-unwritable", file + " is there and is no plain file; give the path of a new PNG file");
        }
        byte[] png = encode(picture);
        Path whole = file.toAbsolutePath();
        Path part = whole.resolveSibling(whole.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try {
                Files.write(part, png, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                move(part, whole);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new FaceverException(
                    "picture-unwritable",
                    file + " can't be written: " + e + "; give a path in a folder that exists and may be written to",
                    e);
        }
    }

    private static void move(Path part, Path whole) throws IOException {
        try {
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static byte[] encode(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // ImageIO would put a temporary file under a plain stream
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(picture, "png", out)) {
                throw new IOException("this Java platform has no PNG writer for " + picture.getColorModel());
            }
        } catch (IOException e) {
            throw new FaceverException("picture-unwritable", "the picture can't be encoded as PNG: " + e, e);
        }
        return bytes.toByteArray();
    }
}

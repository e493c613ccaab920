import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.image.FaceDrawing;
import io.facever.image.Images;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/**
 * Draws docs/images/stages.png from one photo, after {@code ./facever --help} has built everything:
 * {@code java -cp 'tools/facever-cli/target/facever-cli.jar' docs/images/Stages.java PHOTO PICTURE}. The photo should
 * be one that Portraits.java drew: the bars of a real person's embedding are biometric data.
 */
public class Stages {
    private static final int HEIGHT = 320;
    private static final int GAP = 16;
    private static final int BARS = 512;

    public static void main(String[] args) {
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            Image photo = verifier.decode(Path.of(args[0]));
            List<Face> faces = verifier.detect(photo);
            Image crop = verifier.align(photo, faces.get(0)).image();
            Embedding embedding = verifier.embed(photo, faces.subList(0, 1)).get(0);
            List<BufferedImage> panels = List.of(
                    Images.toBufferedImage(photo),
                    FaceDrawing.faces(photo, faces),
                    Images.toBufferedImage(crop),
                    bars(embedding.toArray()));
            FaceDrawing.write(sideBySide(panels), Path.of(args[1]));
        }
    }

    private static BufferedImage bars(float[] values) {
        BufferedImage picture = new BufferedImage(BARS, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = picture.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, BARS, HEIGHT);
        g.setColor(new Color(0x2f4b66));
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < values.length; i++) {
            int x = i * BARS / values.length;
            int length = Math.round(values[i] / largest * (HEIGHT / 2f - 10));
            g.drawLine(x, HEIGHT / 2, x, HEIGHT / 2 - length);
        }
        g.dispose();
        return picture;
    }

    private static BufferedImage sideBySide(List<BufferedImage> panels) {
        int width = GAP;
        for (BufferedImage panel : panels) {
            width += width(panel) + GAP;
        }
        BufferedImage picture = new BufferedImage(width, HEIGHT + 3 * GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = picture.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(new Color(0xf2f2f2));
        g.fillRect(0, 0, width, picture.getHeight());
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
        int x = GAP;
        for (int i = 0; i < panels.size(); i++) {
            g.drawImage(panels.get(i), x, GAP, width(panels.get(i)), HEIGHT, null);
            g.setColor(Color.DARK_GRAY);
            g.drawString(String.valueOf(i + 1), x, HEIGHT + 2 * GAP + 4);
            x += width(panels.get(i)) + GAP;
        }
        g.dispose();
        return picture;
    }

    private static int width(BufferedImage panel) {
        return panel.getWidth() * HEIGHT / panel.getHeight();
    }
}

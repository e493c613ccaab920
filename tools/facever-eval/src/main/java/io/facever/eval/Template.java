package io.facever.eval;

import io.facever.Box;
import io.facever.Face;
import io.facever.Landmarks;
import io.facever.Point;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What came of one image: the face that was found and its embedding, or nothing (a failure to acquire). */
final class Template {
    private static final Template FAILED = new Template(Optional.empty(), new float[0]);

    private final Optional<Face> face;
    private final float[] vector;

    private Template(Optional<Face> face, float[] vector) {
        this.face = face;
        this.vector = vector;
    }

    static Template of(Face face, float[] vector) {
        return new Template(Optional.of(face), vector.clone());
    }

    /** No face was found. */
    static Template failed() {
        return FAILED;
    }

    boolean acquired() {
        return face.isPresent();
    }

    Optional<Face> face() {
        return face;
    }

    /** Cosine with another; both are of unit length. The same sum as that of {@link io.facever.Embedding#cosine}. */
    double cosine(Template other) {
        return dot(vector, other.vector);
    }

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return Math.max(-1, Math.min(1, sum));
    }

    /** The numbers themselves, not to be changed: all-pairs comparison reads them millions of times. */
    float[] vector() {
        return vector;
    }

    static byte[] encode(float[] vector) {
        ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * vector.length);
        buffer.asFloatBuffer().put(vector);
        return buffer.array();
    }

    static float[] decodeVector(byte[] bytes) {
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
        return vector;
    }

    private static final int NUMBERS_OF_A_FACE = 5 + 2 * Landmarks.COUNT;

    static byte[] encode(List<Face> faces) {
        ByteBuffer buffer = ByteBuffer.allocate(Double.BYTES * NUMBERS_OF_A_FACE * faces.size());
        for (Face face : faces) {
            Box box = face.box();
            buffer.putDouble(box.x1())
                    .putDouble(box.y1())
                    .putDouble(box.x2())
                    .putDouble(box.y2())
                    .putDouble(face.score());
            for (Point point : face.landmarks().points()) {
                buffer.putDouble(point.x()).putDouble(point.y());
            }
        }
        return buffer.array();
    }

    static List<Face> decodeFaces(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        List<Face> faces = new ArrayList<>();
        while (buffer.hasRemaining()) {
            Box box = new Box(buffer.getDouble(), buffer.getDouble(), buffer.getDouble(), buffer.getDouble());
            double score = buffer.getDouble();
            List<Point> points = new ArrayList<>();
            for (int k = 0; k < Landmarks.COUNT; k++) {
                points.add(new Point(buffer.getDouble(), buffer.getDouble()));
            }
            faces.add(new Face(box, score, Landmarks.of(points)));
        }
        return List.copyOf(faces);
    }
}

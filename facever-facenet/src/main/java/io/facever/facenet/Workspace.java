package io.facever.facenet;

import io.facever.CropSpec;
import io.facever.Image;
import io.facever.spi.InferenceSession;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Buffers of one run, with the tensors over their first 1, 2, … crops. Used by one call at a time. */
final class Workspace {
    private static final String INPUT = "input";
    private static final String OUTPUT = "embedding";
    private static final int CHANNELS = 3;

    /**
     * What a byte becomes: (x − 127.5) / 128, as both networks were trained with (D. Sandberg's facenet,
     * {@code fixed_image_standardization}; MobileFaceNet_Pytorch by Xiaoccer).
     */
    private static final float[] SCALED = scaled();

    private final CropSpec crop;
    private final int dimension;
    private final FloatBuffer input;
    private final FloatBuffer output;
    private final List<Map<String, Tensor>> inputs = new ArrayList<>();
    private final List<Map<String, Tensor>> outputs = new ArrayList<>();
    /** Rows of each crop, as crops are written at the same time. */
    private final byte[][] bytes;

    private final float[][] rows;
    private final float[] values;

    Workspace(CropSpec crop, int dimension, int capacity) {
        int length = CHANNELS * crop.width() * crop.height();
        this.crop = crop;
        this.dimension = dimension;
        this.input = Tensor.allocateBuffer(Math.multiplyExact(capacity, length));
        this.output = Tensor.allocateBuffer(Math.multiplyExact(capacity, dimension));
        this.bytes = new byte[capacity][CHANNELS * crop.width()];
        this.rows = new float[capacity][crop.width()];
        this.values = new float[dimension];
        for (int n = 1; n <= capacity; n++) {
            inputs.add(Map.of(INPUT, Tensor.of(input.slice(0, n * length), n, CHANNELS, crop.height(), crop.width())));
            outputs.add(Map.of(OUTPUT, Tensor.of(output.slice(0, n * dimension), n, dimension)));
        }
    }

    private static float[] scaled() {
        float[] scaled = new float[256];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (i - 127.5f) / 128;
        }
        return scaled;
    }

    /** How many crops fit. */
    int capacity() {
        return inputs.size();
    }

    /** Writes a crop as red, green and blue planes; different crops may be written at the same time. */
    void put(int at, Image image) {
        int plane = crop.width() * crop.height();
        byte[] pixels = bytes[at];
        float[] row = rows[at];
        for (int y = 0; y < crop.height(); y++) {
            image.read(0, y, crop.width(), pixels, 0);
            for (int channel = 0; channel < CHANNELS; channel++) {
                for (int x = 0; x < row.length; x++) {
                    row[x] = SCALED[pixels[CHANNELS * x + channel] & 0xff];
                }
                input.put((at * CHANNELS + channel) * plane + y * row.length, row);
            }
        }
    }

    /** Runs the network on the first crops. */
    void run(InferenceSession session, int crops) {
        session.run(inputs.get(crops - 1), outputs.get(crops - 1));
    }

    /** What the network gave for a crop, in an array that the next call writes to. */
    float[] get(int at) {
        output.get(at * dimension, values);
        return values;
    }
}

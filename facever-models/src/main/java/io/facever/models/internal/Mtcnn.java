package io.facever.models.internal;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.facever.models.internal.OnnxGraph.Window;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The three networks of MTCNN (K. Zhang, Z. Zhang, Z. Li, Y. Qiao: Joint Face Detection and Alignment using Multi-task
 * Cascaded Convolutional Networks, 2016), from the state dicts of github.com/timesler/facenet-pytorch at 787da061
 * (MIT). Input {@code input} [n, 3, h, w], RGB, 0 to 255; they were trained on (x − 127.5) / 128, which is in the weights
 * of the first layer. Output {@code output} [n, 5, y, x] for P-Net, [n, 5] for R-Net and [n, 15] for O-Net: the logit of
 * a face against none, the regression of the four edges, and the landmarks.
 */
public final class Mtcnn {
    /** Channels of a block with AVX-512; with less, blocks are of 8. */
    private static final int BLOCK = 16;

    private static final double PIXEL_MEAN = 127.5;

    private static final double PIXEL_DIVISOR = 128;

    private Mtcnn() {}

    /** P-Net: any height and width from 12. */
    public static ModelProto pnet(Weights published) {
        Weights weights = withPoolingFirst("pnet", published);
        OnnxGraph graph = new OnnxGraph("pnet");
        String x = graph.input("input", "n", 3, "h", "w");
        x = graph.maxPool(graph.conv(x, layer(weights, "conv1", -1, 3, 3, 3), Window.VALID), 2, 2, true);
        String bent = graph.relu(graph.conv(x, Affine.withoutBias(weights.get("bent")), Window.VALID));
        x = graph.add(graph.conv(x, Affine.withoutBias(weights.get("straight")), Window.VALID), bent);
        x = convPrelu(graph, weights, x, 2);
        x = convPrelu(graph, weights, x, 3);
        Affine face = layer(weights, "conv4_1", 2, 32, 1, 1).logit();
        Affine box = layer(weights, "conv4_2", 4, 32, 1, 1);
        graph.output(graph.conv(x, face.beside(box), Window.VALID), "output", "n", 5, "y", "x");
        return graph.build();
    }

    /** R-Net: 24×24. */
    public static ModelProto rnet(Weights published) {
        Weights weights = withBlocksOfGentleSlopes("rnet", published);
        OnnxGraph graph = new OnnxGraph("rnet");
        String x = graph.input("input", "n", 3, 24, 24);
        x = graph.maxPool(convPrelu(graph, weights, x, 1), 3, 2, true);
        x = graph.maxPool(convPrelu(graph, weights, x, 2), 3, 2, true);
        x = convPrelu(graph, weights, x, 3);
        x = densePrelu(graph, weights, x, 4);
        graph.output(graph.linear(x, heads(weights, "dense5", 128)), "output", "n", 5);
        return graph.build();
    }

    /** O-Net: 48×48. */
    public static ModelProto onet(Weights published) {
        Weights weights = withBlocksOfGentleSlopes("onet", published);
        OnnxGraph graph = new OnnxGraph("onet");
        String x = graph.input("input", "n", 3, 48, 48);
        x = graph.maxPool(convPrelu(graph, weights, x, 1), 3, 2, true);
        x = graph.maxPool(convPrelu(graph, weights, x, 2), 3, 2, true);
        x = graph.maxPool(convPrelu(graph, weights, x, 3), 2, 2, true);
        x = convPrelu(graph, weights, x, 4);
        x = densePrelu(graph, weights, x, 5);
        Affine landmarks = layer(weights, "dense6_3", 10, 256);
        graph.output(graph.linear(x, heads(weights, "dense6", 256).beside(landmarks)), "output", "n", 15);
        return graph.build();
    }

    /**
     * The same network, pooled before the first PReLU, which then has a quarter of the numbers. With the greatest p of
     * the four numbers x of a window and its slope a, the greatest PReLU is, as a sum of something straight and
     * something bent, each a convolution of one position:
     *
     * <ul>
     *   <li>{@code a p + relu((1 − a) p)} for a slope in [0, 1], where PReLU rises;
     *   <li>{@code q + relu(p − q)} for a slope below 0, with the greatest q of the numbers a x, which are another
     *       channel of the first convolution: PReLU is the greater of x and a x;
     *   <li>{@code −(−a p + relu((a − 1) p))} for a slope above 1; the next layer takes the sign back.
     * </ul>
     *
     * Zeros fill up the first convolution's last block, but not the second's input: ONNX Runtime takes fewer channels
     * than a block as they are, and then multiplies no zeros.
     */
    private static Weights withPoolingFirst(String network, Weights weights) {
        NdArray slopes = weights.get("prelu1.weight", -1);
        int count = slopes.size(0);
        int falling = 0;
        for (int channel = 0; channel < count; channel++) {
            falling += slopes.at(channel) < 0 ? 1 : 0;
        }
        int wide = blocks(count + falling);
        // each channel of the first convolution: the published one that it is made from, and its factor
        int[] channels = new int[wide];
        float[] factors = new float[wide];
        float[] signs = new float[count];
        float[] straight = new float[count * wide];
        float[] bent = new float[count * wide];
        int next = count;
        for (int channel = 0; channel < count; channel++) {
            float slope = slopes.at(channel);
            channels[channel] = channel;
            factors[channel] = 1;
            signs[channel] = slope > 1 ? -1 : 1;
            int p = channel * wide + channel;
            if (slope < 0) {
                int q = channel * wide + next;
                channels[next] = channel;
                factors[next++] = slope;
                straight[q] = 1;
                bent[p] = 1;
                bent[q] = -1;
            } else {
                straight[p] = signs[channel] * slope;
                bent[p] = signs[channel] * (1 - slope);
            }
        }
        return withFirstLayer(
                network,
                weights,
                channels,
                factors,
                signs,
                Map.of(
                        "straight", new NdArray(straight, count, wide, 1, 1),
                        "bent", new NdArray(bent, count, wide, 1, 1)));
    }

    /**
     * The same network with other channels after its first convolution, which takes pixels as they are.
     *
     * @param channels the published one that each is made from
     * @param factors what that is multiplied by
     * @param shares what the second convolution multiplies each by; it takes as many of them
     * @param more what takes the place of the PReLU
     */
    private static Weights withFirstLayer(
            String network,
            Weights weights,
            int[] channels,
            float[] factors,
            float[] shares,
            Map<String, NdArray> more) {
        int count = weights.get("prelu1.weight", -1).size(0);
        NdArray nextLayer = weights.get("conv2.weight", -1, -1, -1, -1);
        if (nextLayer.size(1) != count) {
            throw new WeightsException("these are not the weights of " + network + ": conv2 takes " + nextLayer.size(1)
                    + " channels where the network has " + count);
        }
        Map<String, NdArray> changed = new HashMap<>(more);
        Affine first = new Affine(
                        weights.get("conv1.weight", count, -1, -1, -1).slices(0, channels, factors),
                        weights.get("conv1.bias", count).slices(0, channels, factors))
                .normalizing(PIXEL_MEAN, PIXEL_DIVISOR);
        changed.put("conv1.weight", first.weight());
        changed.put("conv1.bias", first.bias());
        changed.put("conv2.weight", nextLayer.slices(1, Arrays.copyOf(channels, shares.length), shares));
        return name -> {
            NdArray array = changed.get(name);
            return array == null ? weights.get(name) : array;
        };
    }

    private static int blocks(int channels) {
        return (channels + BLOCK - 1) / BLOCK * BLOCK;
    }

    /**
     * The same network with another first layer, which ONNX Runtime runs faster:
     *
     * <ul>
     *   <li>No channel has a PReLU slope above 1, so that {@link OnnxGraph#preluAsSum} can write it as a sum. With such
     *       a slope a, PReLU is {@code a x + (1 − a) max(x, 0)}: two channels of slopes 1 and 0 on the same
     *       convolution, which the next layer adds up. Pooling in between changes nothing, since all three functions
     *       rise.
     *   <li>Channels of zeros fill up the last block, without which the next layer is run in no blocked layout.
     * </ul>
     */
    private static Weights withBlocksOfGentleSlopes(String network, Weights weights) {
        NdArray slopes = weights.get("prelu1.weight", -1);
        int count = slopes.size(0);
        int steep = 0;
        for (int channel = 0; channel < count; channel++) {
            steep += slopes.at(channel) > 1 ? 1 : 0;
        }
        int wide = blocks(count + steep);
        // each new channel: the old one that it is made from, its slope, its factor, its factor in the next layer
        int[] channels = new int[wide];
        float[] newSlopes = new float[wide];
        float[] factors = new float[wide];
        float[] shares = new float[wide];
        Arrays.fill(factors, 0, count + steep, 1);
        int next = 0;
        for (int channel = 0; channel < count; channel++) {
            float slope = slopes.at(channel);
            channels[next] = channel;
            newSlopes[next] = Math.min(slope, 1);
            shares[next++] = Math.max(slope, 1);
            if (slope > 1) {
                channels[next] = channel;
                shares[next++] = 1 - slope;
            }
        }
        return withFirstLayer(
                network, weights, channels, factors, shares, Map.of("prelu1.weight", NdArray.vector(newSlopes)));
    }

    private static Affine heads(Weights weights, String name, int inputs) {
        return layer(weights, name + "_1", 2, inputs).logit().beside(layer(weights, name + "_2", 4, inputs));
    }

    private static String convPrelu(OnnxGraph graph, Weights weights, String x, int number) {
        String y = graph.conv(x, layer(weights, "conv" + number, -1, -1, -1, -1), Window.VALID);
        return graph.preluAsSum(y, weights.get("prelu" + number + ".weight", -1));
    }

    /**
     * The first linear layer. It was trained on maps laid out as (width, height, channel), and ONNX flattens (channel,
     * height, width), so its columns are put in that order. The maps are 3×3 in both networks.
     */
    private static String densePrelu(OnnxGraph graph, Weights weights, String x, int number) {
        int side = 3;
        Affine dense = layer(weights, "dense" + number, -1, -1);
        int outputs = dense.outputs();
        int inputs = dense.weight().size(1);
        int channels = inputs / (side * side);
        if (channels * side * side != inputs) {
            throw new WeightsException("dense" + number + " has " + inputs + " inputs, expected a multiple of 9");
        }
        NdArray ordered = dense.weight()
                .reshape(outputs, side, side, channels)
                .transpose(0, 3, 2, 1)
                .reshape(outputs, inputs);
        String y = graph.linear(graph.flatten(x, side * side), new Affine(ordered, dense.bias()));
        return graph.prelu(y, weights.get("prelu" + number + ".weight", -1), false);
    }

    private static Affine layer(Weights weights, String name, int... shape) {
        return new Affine(weights.get(name + ".weight", shape), weights.get(name + ".bias", -1));
    }
}

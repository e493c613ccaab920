package io.facever.models.internal;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.facever.models.internal.OnnxGraph.Window;

/**
 * MobileFaceNet (S. Chen, Y. Liu, X. Gao, Z. Han: MobileFaceNets: Efficient CNNs for Accurate Real-Time Face
 * Verification on Mobile Devices, 2018), from a state dict with the names of github.com/Xiaoccer/MobileFaceNet_Pytorch
 * at 26bd8d26 (no licence stated). Input {@code input} [n, 3, 112, 96], RGB, (x − 127.5) / 128; output
 * {@code embedding} [n, 128], of any length.
 */
public final class MobileFaceNet {
    private static final Window STRIDE_1 = new Window(1, 1, 1, 1);
    private static final Window STRIDE_2 = new Window(2, 2, 1, 1);

    /** Groups of blocks: how many, and the stride of the first. The numbers of channels are those of the arrays. */
    private static final int[][] BLOCKS = {{5, 2}, {1, 2}, {6, 1}, {1, 2}, {2, 1}};

    private final OnnxGraph graph = new OnnxGraph("mobilefacenet");
    private final Weights weights;

    private MobileFaceNet(Weights weights) {
        this.weights = weights;
    }

    /** From a state dict. */
    public static ModelProto fromTorch(Weights weights) {
        return new MobileFaceNet(weights).build();
    }

    private ModelProto build() {
        String x = graph.input("input", "n", 3, 112, 96);
        x = convPrelu(x, "conv1", STRIDE_2, false);
        x = convPrelu(x, "dw_conv1", STRIDE_1, true);
        int number = 0;
        for (int[] group : BLOCKS) {
            for (int i = 0; i < group[0]; i++) {
                x = block(x, "blocks." + number++ + ".conv.", i == 0 ? group[1] : 1);
            }
        }
        x = convPrelu(x, "conv2", Window.VALID, false);
        x = conv(x, layer("linear7.conv", "linear7.bn"), Window.VALID, true);
        Affine last = layer("linear1.conv", "linear1.bn");
        x = graph.flatten(conv(x, last, Window.VALID, false), 1);
        graph.output(x, "embedding", "n", last.outputs());
        return graph.build();
    }

    /** Widen, look around in each channel, narrow; the input is added where the shapes agree. */
    private String block(String x, String name, int stride) {
        Affine widen = layer(name + 0, name + 1);
        Affine depthwise = layer(name + 3, name + 4);
        Affine narrow = layer(name + 6, name + 7);
        String y = graph.prelu(conv(x, widen, Window.VALID, false), slope(name + 2), true);
        y = graph.prelu(conv(y, depthwise, stride == 1 ? STRIDE_1 : STRIDE_2, true), slope(name + 5), true);
        y = conv(y, narrow, Window.VALID, false);
        boolean sameShape = stride == 1 && widen.weight().size(1) == narrow.outputs();
        return sameShape ? graph.add(y, x) : y;
    }

    private String convPrelu(String x, String name, Window window, boolean depthwise) {
        String y = conv(x, layer(name + ".conv", name + ".bn"), window, depthwise);
        return graph.prelu(y, slope(name + ".prelu"), true);
    }

    private String conv(String x, Affine layer, Window window, boolean depthwise) {
        return graph.conv(x, layer, window, depthwise ? layer.outputs() : 1);
    }

    private Affine layer(String conv, String norm) {
        NdArray weight = weights.get(conv + ".weight", -1, -1, -1, -1);
        return TorchLayers.normalised(weights, weight, norm, TorchLayers.DEFAULT_EPSILON);
    }

    private NdArray slope(String name) {
        return weights.get(name + ".weight", -1);
    }
}

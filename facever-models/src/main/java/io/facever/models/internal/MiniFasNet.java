package io.facever.models.internal;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.facever.models.internal.OnnxGraph.Window;

/**
 * MiniFASNet, passive liveness, from state dicts of github.com/minivision-ai/Silent-Face-Anti-Spoofing at b6d5f04a
 * (Apache-2.0). Input {@code input} [n, 3, 80, 80], BGR, 0 to 255; output {@code probability} [n, 3]: class 1 is a live
 * face, 0 and 2 are attacks.
 */
public final class MiniFasNet {
    private static final Window STRIDE_1 = new Window(1, 1, 1, 1);
    private static final Window STRIDE_2 = new Window(2, 2, 1, 1);
    private static final int CLASSES = 3;

    private final OnnxGraph graph = new OnnxGraph("minifasnet");
    private final Weights weights;
    private final boolean squeezeExcitation;

    private MiniFasNet(Weights weights, boolean squeezeExcitation) {
        this.weights = weights;
        this.squeezeExcitation = squeezeExcitation;
    }

    /**
     * From a state dict.
     *
     * @param squeezeExcitation whether the last block of each group weighs its channels (the SE variants)
     */
    public static ModelProto fromTorch(Weights weights, boolean squeezeExcitation) {
        return new MiniFasNet(weights, squeezeExcitation).build();
    }

    private ModelProto build() {
        String x = graph.input("input", "n", 3, 80, 80);
        x = convPrelu(x, "conv1", STRIDE_2, false);
        x = convPrelu(x, "conv2_dw", STRIDE_1, true);
        x = depthwise(x, "conv_23", STRIDE_2);
        x = group(x, "conv_3", 4);
        x = depthwise(x, "conv_34", STRIDE_2);
        x = group(x, "conv_4", 6);
        x = depthwise(x, "conv_45", STRIDE_2);
        x = group(x, "conv_5", 2);
        x = convPrelu(x, "conv_6_sep", Window.VALID, false);
        x = graph.flatten(conv(x, layer("conv_6_dw.conv", "conv_6_dw.bn"), Window.VALID, true), 1);
        NdArray linear = weights.get("linear.weight", -1, -1);
        x = graph.linear(x, TorchLayers.normalised(weights, linear, "bn", TorchLayers.DEFAULT_EPSILON));
        x = graph.linear(x, Affine.withoutBias(weights.get("prob.weight", CLASSES, -1)));
        graph.output(graph.softmax(x), "probability", "n", CLASSES);
        return graph.build();
    }

    private String group(String x, String name, int blocks) {
        String y = x;
        for (int i = 0; i < blocks; i++) {
            String block = name + ".model." + i;
            String residual = depthwise(y, block, STRIDE_1);
            if (squeezeExcitation && i == blocks - 1) {
                residual = weighChannels(residual, block + ".se_module.");
            }
            y = graph.add(residual, y);
        }
        return y;
    }

    private String depthwise(String x, String name, Window window) {
        String y = convPrelu(x, name + ".conv", Window.VALID, false);
        y = convPrelu(y, name + ".conv_dw", window, true);
        return conv(y, layer(name + ".project.conv", name + ".project.bn"), Window.VALID, false);
    }

    private String weighChannels(String x, String name) {
        String gain = graph.globalAveragePool(x);
        gain = graph.relu(conv(gain, layer(name + "fc1", name + "bn1"), Window.VALID, false));
        gain = graph.sigmoid(conv(gain, layer(name + "fc2", name + "bn2"), Window.VALID, false));
        return graph.multiply(x, gain);
    }

    private String convPrelu(String x, String name, Window window, boolean depthwise) {
        String y = conv(x, layer(name + ".conv", name + ".bn"), window, depthwise);
        return graph.prelu(y, weights.get(name + ".prelu.weight", -1), true);
    }

    private String conv(String x, Affine layer, Window window, boolean depthwise) {
        return graph.conv(x, layer, window, depthwise ? layer.outputs() : 1);
    }

    private Affine layer(String conv, String norm) {
        NdArray weight = weights.get(conv + ".weight", -1, -1, -1, -1);
        return TorchLayers.normalised(weights, weight, norm, TorchLayers.DEFAULT_EPSILON);
    }
}

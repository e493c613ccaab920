package io.facever.models.internal;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.facever.models.internal.OnnxGraph.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Inception-ResNet-v1 (C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi: Inception-v4, Inception-ResNet and the Impact of
 * Residual Connections on Learning, 2016) as FaceNet uses it: github.com/davidsandberg/facenet at 096ed770 (MIT), file
 * src/models/inception_resnet_v1.py. Input {@code input} [n, 3, 160, 160], RGB, (x − 127.5) / 128; output
 * {@code embedding} [n, dimension], of any length: whoever compares embeddings normalises them.
 *
 * <p>Batch norm is folded into the convolutions, the scale of a residual into the convolution before the addition.
 */
public final class InceptionResnetV1 {
    /** Side of the input, pixels. */
    public static final int INPUT_SIZE = 160;

    private static final double EPSILON = 0.001;
    private static final double SCALE_35 = 0.17;
    private static final double SCALE_17 = 0.10;
    private static final double SCALE_8 = 0.20;

    /** Stands for a padding that keeps the size, which depends on the kernel. */
    private static final Window SAME = new Window(0, 0, 0, 0);

    /** A convolution of a branch: its name in the TensorFlow graph, and its window. */
    private record Step(String name, Window window) {}

    private static final Step[] ONE_BY_ONE = {new Step("Conv2d_1x1", Window.VALID)};

    private final OnnxGraph graph = new OnnxGraph("inception-resnet-v1");
    private final Source source;

    private InceptionResnetV1(Source source) {
        this.source = source;
    }

    /** Layers by name, whatever the framework they were trained in. */
    private interface Source {
        /** Convolution with its batch norm. */
        Affine normalised(String tensorflow, String torch);

        /** Convolution with its bias. */
        Affine biased(String tensorflow, String torch);

        /** The last linear layer with its batch norm. */
        Affine bottleneck();
    }

    /** From the arrays of a TensorFlow checkpoint, one {@code .npy} each; kernels are height × width × in × out. */
    public static ModelProto fromTensorFlow(Weights weights) {
        return new InceptionResnetV1(new Source() {
                    @Override
                    public Affine normalised(String tensorflow, String torch) {
                        return norm(kernel(tensorflow), tensorflow);
                    }

                    @Override
                    public Affine biased(String tensorflow, String torch) {
                        return new Affine(kernel(tensorflow).weight(), weights.get(tensorflow + "_bias", -1));
                    }

                    @Override
                    public Affine bottleneck() {
                        NdArray kernel = weights.get("Bottleneck_kernel", -1, -1);
                        return norm(Affine.withoutBias(kernel.transpose(1, 0)), "Bottleneck");
                    }

                    private Affine kernel(String name) {
                        return Affine.withoutBias(
                                weights.get(name + "_kernel", -1, -1, -1, -1).transpose(3, 2, 0, 1));
                    }

                    private Affine norm(Affine layer, String name) {
                        int outputs = layer.outputs();
                        String prefix = name + "_BatchNorm_";
                        float[] ones = new float[outputs];
                        Arrays.fill(ones, 1);
                        return layer.batchNorm(
                                NdArray.vector(ones),
                                weights.get(prefix + "beta", outputs),
                                weights.get(prefix + "moving_mean", outputs),
                                weights.get(prefix + "moving_variance", outputs),
                                EPSILON);
                    }
                })
                .build();
    }

    /** From a state dict with the names of github.com/timesler/facenet-pytorch, with any number of outputs. */
    public static ModelProto fromTorch(Weights weights) {
        return new InceptionResnetV1(new Source() {
                    @Override
                    public Affine normalised(String tensorflow, String torch) {
                        return norm(weights.get(torch + ".conv.weight", -1, -1, -1, -1), torch + ".bn");
                    }

                    @Override
                    public Affine biased(String tensorflow, String torch) {
                        return new Affine(
                                weights.get(torch + ".weight", -1, -1, -1, -1), weights.get(torch + ".bias", -1));
                    }

                    @Override
                    public Affine bottleneck() {
                        return norm(weights.get("last_linear.weight", -1, -1), "last_bn");
                    }

                    private Affine norm(NdArray weight, String name) {
                        return TorchLayers.normalised(weights, weight, name, EPSILON);
                    }
                })
                .build();
    }

    /** How many numbers an embedding of such a network has. */
    public static int dimension(ModelProto model) {
        return (int) model.getGraph()
                .getOutput(0)
                .getType()
                .getTensorType()
                .getShape()
                .getDim(1)
                .getDimValue();
    }

    private ModelProto build() {
        String x = graph.input("input", "n", 3, INPUT_SIZE, INPUT_SIZE);
        x = stem(x, "Conv2d_1a_3x3", Window.VALID_STRIDE_2);
        x = stem(x, "Conv2d_2a_3x3", Window.VALID);
        x = stem(x, "Conv2d_2b_3x3", SAME);
        x = graph.maxPool(x, 3, 2, false);
        x = stem(x, "Conv2d_3b_1x1", Window.VALID);
        x = stem(x, "Conv2d_4a_3x3", Window.VALID);
        x = stem(x, "Conv2d_4b_3x3", Window.VALID_STRIDE_2);
        for (int i = 1; i <= 5; i++) {
            x = block35(x, "Block35_" + i, "repeat_1." + (i - 1));
        }
        x = mixed6a(x);
        for (int i = 1; i <= 10; i++) {
            x = block17(x, "Block17_" + i, "repeat_2." + (i - 1));
        }
        x = mixed7a(x);
        for (int i = 1; i <= 5; i++) {
            x = graph.relu(block8(x, "Block8_" + i, "repeat_3." + (i - 1), SCALE_8));
        }
        // the last block adds its whole residual and has no ReLU
        x = block8(x, "Block8_6", "block8", 1);
        x = graph.flatten(graph.globalAveragePool(x), 1);
        Affine bottleneck = source.bottleneck();
        graph.output(graph.linear(x, bottleneck), "embedding", "n", bottleneck.outputs());
        return graph.build();
    }

    private String stem(String x, String name, Window window) {
        return convRelu(x, name, name.substring(0, "Conv2d_1a".length()).toLowerCase(Locale.ROOT), window);
    }

    private String block35(String x, String tensorflow, String torch) {
        List<String> branches = List.of(
                branch(x, tensorflow, torch, 0, ONE_BY_ONE),
                branch(
                        x,
                        tensorflow,
                        torch,
                        1,
                        new Step("Conv2d_0a_1x1", Window.VALID),
                        new Step("Conv2d_0b_3x3", SAME)),
                branch(
                        x,
                        tensorflow,
                        torch,
                        2,
                        new Step("Conv2d_0a_1x1", Window.VALID),
                        new Step("Conv2d_0b_3x3", SAME),
                        new Step("Conv2d_0c_3x3", SAME)));
        return graph.relu(residual(x, branches, tensorflow, torch, SCALE_35));
    }

    private String block17(String x, String tensorflow, String torch) {
        List<String> branches = List.of(
                branch(x, tensorflow, torch, 0, ONE_BY_ONE),
                branch(
                        x,
                        tensorflow,
                        torch,
                        1,
                        new Step("Conv2d_0a_1x1", Window.VALID),
                        new Step("Conv2d_0b_1x7", SAME),
                        new Step("Conv2d_0c_7x1", SAME)));
        return graph.relu(residual(x, branches, tensorflow, torch, SCALE_17));
    }

    private String block8(String x, String tensorflow, String torch, double scale) {
        List<String> branches = List.of(
                branch(x, tensorflow, torch, 0, ONE_BY_ONE),
                branch(
                        x,
                        tensorflow,
                        torch,
                        1,
                        new Step("Conv2d_0a_1x1", Window.VALID),
                        new Step("Conv2d_0b_1x3", SAME),
                        new Step("Conv2d_0c_3x1", SAME)));
        return residual(x, branches, tensorflow, torch, scale);
    }

    private String mixed6a(String x) {
        return graph.concat(List.of(
                branch(x, "Mixed_6a", "mixed_6a", 0, new Step("Conv2d_1a_3x3", Window.VALID_STRIDE_2)),
                branch(
                        x,
                        "Mixed_6a",
                        "mixed_6a",
                        1,
                        new Step("Conv2d_0a_1x1", Window.VALID),
                        new Step("Conv2d_0b_3x3", SAME),
                        new Step("Conv2d_1a_3x3", Window.VALID_STRIDE_2)),
                graph.maxPool(x, 3, 2, false)));
    }

    private String mixed7a(String x) {
        List<String> branches = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            branches.add(branch(
                    x,
                    "Mixed_7a",
                    "mixed_7a",
                    i,
                    new Step("Conv2d_0a_1x1", Window.VALID),
                    new Step("Conv2d_1a_3x3", Window.VALID_STRIDE_2)));
        }
        branches.add(branch(
                x,
                "Mixed_7a",
                "mixed_7a",
                2,
                new Step("Conv2d_0a_1x1", Window.VALID),
                new Step("Conv2d_0b_3x3", SAME),
                new Step("Conv2d_1a_3x3", Window.VALID_STRIDE_2)));
        branches.add(graph.maxPool(x, 3, 2, false));
        return graph.concat(branches);
    }

    private String branch(String x, String tensorflow, String torch, int number, Step... steps) {
        String y = x;
        for (int i = 0; i < steps.length; i++) {
            String torchName = torch + ".branch" + number + (steps.length == 1 ? "" : "." + i);
            y = convRelu(y, tensorflow + "_Branch_" + number + "_" + steps[i].name(), torchName, steps[i].window());
        }
        return y;
    }

    private String residual(String x, List<String> branches, String tensorflow, String torch, double scale) {
        Affine up = source.biased(tensorflow + "_Conv2d_1x1", torch + ".conv2d").scaled(scale);
        return graph.add(graph.conv(graph.concat(branches), up, Window.VALID), x);
    }

    private String convRelu(String x, String tensorflow, String torch, Window window) {
        Affine layer = source.normalised(tensorflow, torch);
        return graph.relu(graph.conv(x, layer, window.equals(SAME) ? Window.same(layer) : window));
    }
}

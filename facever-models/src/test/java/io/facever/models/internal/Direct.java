package io.facever.models.internal;

import java.util.Map;

/** Networks worked out number by number in double, layer by layer as their papers and frameworks define them. */
final class Direct {
    private final Map<String, NdArray> arrays;

    Direct(Map<String, NdArray> arrays) {
        this.arrays = arrays;
    }

    /** Channels, height, width. */
    record Maps(Values values, int channels, int height, int width) {
        double at(int channel, int y, int x) {
            return y < 0 || x < 0 || y >= height || x >= width ? 0 : values.get((channel * height + y) * width + x);
        }
    }

    /** Numbers of a map. */
    static final class Values {
        private final double[] numbers;

        Values(int count) {
            numbers = new double[count];
        }

        double get(int index) {
            return numbers[index];
        }

        double[] numbers() {
            return numbers;
        }
    }

    private static Maps empty(int channels, int height, int width) {
        return new Maps(new Values(channels * height * width), channels, height, width);
    }

    static Maps of(float[] input, int channels, int height, int width) {
        Maps maps = empty(channels, height, width);
        for (int i = 0; i < input.length; i++) {
            maps.values().numbers()[i] = input[i];
        }
        return maps;
    }

    Maps conv(Maps in, String name, int stride, int padY, int padX) {
        NdArray weight = arrays.get(name + ".weight");
        boolean biased = arrays.containsKey(name + ".bias");
        int perGroup = weight.size(1);
        int outputs = weight.size(0);
        int groupOutputs = outputs / (in.channels() / perGroup);
        int kh = weight.size(2);
        int kw = weight.size(3);
        int height = (in.height() + 2 * padY - kh) / stride + 1;
        int width = (in.width() + 2 * padX - kw) / stride + 1;
        Maps out = empty(outputs, height, width);
        int index = 0;
        for (int o = 0; o < outputs; o++) {
            int first = o / groupOutputs * perGroup;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    double sum = biased ? arrays.get(name + ".bias").at(o) : 0;
                    for (int i = 0; i < perGroup; i++) {
                        for (int ky = 0; ky < kh; ky++) {
                            for (int kx = 0; kx < kw; kx++) {
                                sum += weight.at(((o * perGroup + i) * kh + ky) * kw + kx)
                                        * in.at(first + i, y * stride + ky - padY, x * stride + kx - padX);
                            }
                        }
                    }
                    out.values().numbers()[index++] = sum;
                }
            }
        }
        return out;
    }

    Maps norm(Maps in, String name, double epsilon) {
        return each(
                in,
                (value, c) -> (value - arrays.get(name + ".running_mean").at(c))
                                / Math.sqrt(arrays.get(name + ".running_var").at(c) + epsilon)
                                * arrays.get(name + ".weight").at(c)
                        + arrays.get(name + ".bias").at(c));
    }

    Maps prelu(Maps in, String name) {
        return each(
                in,
                (value, c) ->
                        value > 0 ? value : value * arrays.get(name + ".weight").at(c));
    }

    static Maps relu(Maps in) {
        return each(in, (value, c) -> Math.max(0, value));
    }

    private interface PerChannel {
        double apply(double value, int channel);
    }

    private static Maps each(Maps in, PerChannel function) {
        Maps out = empty(in.channels(), in.height(), in.width());
        int plane = in.height() * in.width();
        for (int i = 0; i < plane * in.channels(); i++) {
            out.values().numbers()[i] = function.apply(in.values().get(i), i / plane);
        }
        return out;
    }

    static Maps maxPool(Maps in, int size, int stride, boolean ceil) {
        int extra = ceil ? stride - 1 : 0;
        Maps out = empty(
                in.channels(), (in.height() - size + extra) / stride + 1, (in.width() - size + extra) / stride + 1);
        int index = 0;
        for (int c = 0; c < out.channels(); c++) {
            for (int y = 0; y < out.height(); y++) {
                for (int x = 0; x < out.width(); x++) {
                    double best = Double.NEGATIVE_INFINITY;
                    for (int iy = y * stride; iy < Math.min(in.height(), y * stride + size); iy++) {
                        for (int ix = x * stride; ix < Math.min(in.width(), x * stride + size); ix++) {
                            best = Math.max(best, in.at(c, iy, ix));
                        }
                    }
                    out.values().numbers()[index++] = best;
                }
            }
        }
        return out;
    }

    static Maps average(Maps in) {
        Maps out = empty(in.channels(), 1, 1);
        int plane = in.height() * in.width();
        for (int i = 0; i < plane * in.channels(); i++) {
            out.values().numbers()[i / plane] += in.values().get(i) / plane;
        }
        return out;
    }

    static Maps concat(Maps... parts) {
        int channels = 0;
        for (Maps part : parts) {
            channels += part.channels();
        }
        Maps out = empty(channels, parts[0].height(), parts[0].width());
        int index = 0;
        for (Maps part : parts) {
            for (double value : part.values().numbers()) {
                out.values().numbers()[index++] = value;
            }
        }
        return out;
    }

    static Maps add(Maps a, Maps b, double scaleOfB) {
        Maps out = empty(a.channels(), a.height(), a.width());
        for (int i = 0; i < out.values().numbers().length; i++) {
            out.values().numbers()[i] =
                    a.values().get(i) + scaleOfB * b.values().get(i);
        }
        return out;
    }

    Maps linear(Maps in, String name) {
        NdArray weight = arrays.get(name + ".weight");
        boolean biased = arrays.containsKey(name + ".bias");
        Maps out = empty(weight.size(0), 1, 1);
        for (int o = 0; o < weight.size(0); o++) {
            double sum = biased ? arrays.get(name + ".bias").at(o) : 0;
            for (int i = 0; i < weight.size(1); i++) {
                sum += weight.at(o * weight.size(1) + i) * in.values().get(i);
            }
            out.values().numbers()[o] = sum;
        }
        return out;
    }

    /** Log of the odds of the second of two channels in their softmax, at each position. */
    static Maps logit2(Maps in) {
        Maps out = empty(1, in.height(), in.width());
        int plane = in.height() * in.width();
        for (int i = 0; i < plane; i++) {
            double a = Math.exp(in.values().get(i));
            double b = Math.exp(in.values().get(plane + i));
            double probability = b / (a + b);
            out.values().numbers()[i] = Math.log(probability / (1 - probability));
        }
        return out;
    }

    /** What the networks of MTCNN were trained on. */
    private static Maps normalized(Maps pixels) {
        Maps out = empty(pixels.channels(), pixels.height(), pixels.width());
        for (int i = 0; i < out.values().numbers().length; i++) {
            out.values().numbers()[i] = (pixels.values().get(i) - 127.5) / 128;
        }
        return out;
    }

    /** Width, height, channel: the order in which the linear layers of MTCNN see their maps. */
    private static Maps widthFirst(Maps in) {
        Maps out = empty(in.channels() * in.height() * in.width(), 1, 1);
        int index = 0;
        for (int x = 0; x < in.width(); x++) {
            for (int y = 0; y < in.height(); y++) {
                for (int c = 0; c < in.channels(); c++) {
                    out.values().numbers()[index++] = in.at(c, y, x);
                }
            }
        }
        return out;
    }

    private Maps convPrelu(Maps in, int number) {
        return prelu(conv(in, "conv" + number, 1, 0, 0), "prelu" + number);
    }

    Map<String, Maps> pnet(Maps in) {
        Maps x = convPrelu(convPrelu(maxPool(convPrelu(normalized(in), 1), 2, 2, true), 2), 3);
        return Map.of("output", concat(logit2(conv(x, "conv4_1", 1, 0, 0)), conv(x, "conv4_2", 1, 0, 0)));
    }

    Map<String, Maps> rnet(Maps in) {
        Maps x = maxPool(convPrelu(normalized(in), 1), 3, 2, true);
        x = convPrelu(maxPool(convPrelu(x, 2), 3, 2, true), 3);
        x = prelu(linear(widthFirst(x), "dense4"), "prelu4");
        return Map.of("output", concat(logit2(linear(x, "dense5_1")), linear(x, "dense5_2")));
    }

    Map<String, Maps> onet(Maps in) {
        Maps x = maxPool(convPrelu(normalized(in), 1), 3, 2, true);
        x = maxPool(convPrelu(x, 2), 3, 2, true);
        x = convPrelu(maxPool(convPrelu(x, 3), 2, 2, true), 4);
        x = prelu(linear(widthFirst(x), "dense5"), "prelu5");
        return Map.of("output", concat(logit2(linear(x, "dense6_1")), linear(x, "dense6_2"), linear(x, "dense6_3")));
    }

    private Maps basic(Maps in, String name, int stride, boolean same) {
        NdArray weight = arrays.get(name + ".conv.weight");
        Maps x = conv(in, name + ".conv", stride, same ? weight.size(2) / 2 : 0, same ? weight.size(3) / 2 : 0);
        return relu(norm(x, name + ".bn", 0.001));
    }

    private Maps cross(Maps in, String name, double scale) {
        Maps side = basic(in, name + ".branch1.0", 1, false);
        side = basic(basic(side, name + ".branch1.1", 1, true), name + ".branch1.2", 1, true);
        Maps joined = concat(basic(in, name + ".branch0", 1, false), side);
        return add(in, conv(joined, name + ".conv2d", 1, 0, 0), scale);
    }

    Maps inceptionResnetV1(Maps in) {
        Maps x = basic(in, "conv2d_1a", 2, false);
        x = basic(x, "conv2d_2a", 1, false);
        x = maxPool(basic(x, "conv2d_2b", 1, true), 3, 2, false);
        x = basic(x, "conv2d_3b", 1, false);
        x = basic(x, "conv2d_4a", 1, false);
        x = basic(x, "conv2d_4b", 2, false);
        for (int i = 0; i < 5; i++) {
            String block = "repeat_1." + i;
            Maps second = basic(basic(x, block + ".branch1.0", 1, false), block + ".branch1.1", 1, true);
            Maps third = basic(basic(x, block + ".branch2.0", 1, false), block + ".branch2.1", 1, true);
            third = basic(third, block + ".branch2.2", 1, true);
            Maps joined = concat(basic(x, block + ".branch0", 1, false), second, third);
            x = relu(add(x, conv(joined, block + ".conv2d", 1, 0, 0), 0.17));
        }
        Maps side = basic(basic(x, "mixed_6a.branch1.0", 1, false), "mixed_6a.branch1.1", 1, true);
        x = concat(
                basic(x, "mixed_6a.branch0", 2, false),
                basic(side, "mixed_6a.branch1.2", 2, false),
                maxPool(x, 3, 2, false));
        for (int i = 0; i < 10; i++) {
            x = relu(cross(x, "repeat_2." + i, 0.10));
        }
        Maps third = basic(basic(x, "mixed_7a.branch2.0", 1, false), "mixed_7a.branch2.1", 1, true);
        x = concat(
                basic(basic(x, "mixed_7a.branch0.0", 1, false), "mixed_7a.branch0.1", 2, false),
                basic(basic(x, "mixed_7a.branch1.0", 1, false), "mixed_7a.branch1.1", 2, false),
                basic(third, "mixed_7a.branch2.2", 2, false),
                maxPool(x, 3, 2, false));
        for (int i = 0; i < 5; i++) {
            x = relu(cross(x, "repeat_3." + i, 0.20));
        }
        x = average(cross(x, "block8", 1));
        return norm(linear(x, "last_linear"), "last_bn", 0.001);
    }

    private Maps mobile(Maps in, String name, int stride, int pad) {
        return prelu(norm(conv(in, name + ".conv", stride, pad, pad), name + ".bn", 1e-5), name + ".prelu");
    }

    Maps mobileFaceNet(Maps in) {
        Maps x = mobile(mobile(in, "conv1", 2, 1), "dw_conv1", 1, 1);
        int[][] groups = {{5, 2}, {1, 2}, {6, 1}, {1, 2}, {2, 1}};
        int number = 0;
        for (int[] group : groups) {
            for (int i = 0; i < group[0]; i++) {
                String block = "blocks." + number++ + ".conv.";
                int stride = i == 0 ? group[1] : 1;
                Maps y = prelu(norm(conv(x, block + 0, 1, 0, 0), block + 1, 1e-5), block + 2);
                y = prelu(norm(conv(y, block + 3, stride, 1, 1), block + 4, 1e-5), block + 5);
                y = norm(conv(y, block + 6, 1, 0, 0), block + 7, 1e-5);
                x = stride == 1 && y.channels() == x.channels() ? add(x, y, 1) : y;
            }
        }
        x = mobile(x, "conv2", 1, 0);
        x = norm(conv(x, "linear7.conv", 1, 0, 0), "linear7.bn", 1e-5);
        return norm(conv(x, "linear1.conv", 1, 0, 0), "linear1.bn", 1e-5);
    }
}

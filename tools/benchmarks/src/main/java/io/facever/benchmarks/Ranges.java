package io.facever.benchmarks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.facever.Device;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.eval.ImageFolder;
import io.facever.eval.PairsFile;
import io.facever.models.internal.Quantisation;
import io.facever.models.internal.Quantisation.Range;
import io.facever.onnx.OnnxRuntimeEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Measures what rounding FaceNet to 8 bits needs: the range of its tensors over crops of faces. The crops are those of
 * one fold of LFW, so that the others show what the rounded network does with people it was not measured on.
 */
final class Ranges {
    /** The fifth; folds count from 0. */
    private static final int FOLD = 4;

    private Ranges() {}

    /**
     * Writes the file that facever-models ships.
     *
     * @param target the file
     */
    static void main(Path target) throws IOException {
        Path lfw = Path.of(System.getProperty("facever.shared")).resolve("lfw");
        Set<PairsFile.Photo> photos = new LinkedHashSet<>();
        for (PairsFile.Pair pair : PairsFile.read(lfw.resolve("pairs.txt")).pairs()) {
            if (pair.fold() == FOLD) {
                photos.add(pair.first());
                photos.add(pair.second());
            }
        }
        Map<String, Range> ranges = new LinkedHashMap<>();
        Recorder recorder = new Recorder();
        Path file = Files.createTempFile("facever-ranges", ".onnx");
        try (FaceVerifier verifier = FaceVerifier.builder()
                .engine(recorder)
                .faceSelection(FaceSelection.MOST_CENTRAL)
                .build()) {
            InferenceSession session = null;
            ModelProto network = ModelProto.getDefaultInstance();
            for (Path photo :
                    new ImageFolder(lfw.resolve("images")).find(photos, false).values()) {
                verifier.embed(verifier.decode(photo));
                // the last run of a network is that of the embedder
                var runs = recorder.take();
                Recorder.Run run = runs.get(runs.size() - 1);
                if (session == null) {
                    network = observed(run.model(), file);
                    session = new OnnxRuntimeEngine().open(file, new SessionOptions(Device.cpu(), 0));
                }
                measure(session, network, run.inputs())
                        .forEach((tensor, range) -> ranges.merge(tensor, range, Range::and));
            }
            if (session != null) {
                session.close();
            }
        } finally {
            Files.delete(file);
        }
        Files.writeString(target, Quantisation.text(ranges));
        System.out.printf("%d tensors over %d photos of fold %d: %s%n", ranges.size(), photos.size(), FOLD + 1, target);
    }

    private static ModelProto observed(Path model, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(model);
                OutputStream out = Files.newOutputStream(file)) {
            ModelProto network = Quantisation.observed(ModelProto.parseFrom(in));
            network.writeTo(out);
            return network;
        }
    }

    private static Map<String, Range> measure(
            InferenceSession session, ModelProto network, Map<String, Tensor> inputs) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (ValueInfoProto output : network.getGraph().getOutputList()) {
            outputs.put(output.getName(), Tensor.of(Tensor.allocateBuffer(1), 1, 1, 1, 1));
        }
        session.run(inputs, outputs);
        Map<String, Float> numbers = new LinkedHashMap<>();
        outputs.forEach((name, tensor) -> numbers.put(name, tensor.data().get(0)));
        return Quantisation.ranges(numbers);
    }
}

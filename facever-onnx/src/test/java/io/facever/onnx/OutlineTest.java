package io.facever.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.facever.Device;
import io.facever.EngineException;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutlineTest {
    @TempDir
    Path folder;

    @Test
    void namesThePlaceOfLargeWeightsAndKeepsAllElse() throws IOException {
        Path file = TinyOnnx.wide(folder.resolve("wide.onnx"));
        ModelProto whole = ModelProto.parseFrom(Files.readAllBytes(file));

        byte[] outline = Outline.of(file).orElseThrow();

        assertThat(outline).hasSizeLessThan(1000);
        ModelProto.Builder model = ModelProto.parseFrom(outline).toBuilder();
        TensorProto.Builder weights = model.getGraphBuilder().getInitializerBuilder(0);
        Map<String, String> place = weights.getExternalDataList().stream()
                .collect(Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
        assertThat(weights.getDataLocation()).isEqualTo(TensorProto.DataLocation.EXTERNAL);
        assertThat(place).containsOnlyKeys("location", "offset", "length").containsEntry("location", "wide.onnx");
        int offset = Integer.parseInt(place.get("offset"));
        byte[] there =
                Arrays.copyOfRange(Files.readAllBytes(file), offset, offset + Integer.parseInt(place.get("length")));
        assertThat(there)
                .isEqualTo(whole.getGraph().getInitializer(0).getRawData().toByteArray());
        weights.clearExternalData().clearDataLocation().setRawData(ByteString.copyFrom(there));
        assertThat(model.build()).isEqualTo(whole);
    }

    @Test
    void isNotThereForSmallNetworks() throws IOException {
        assertThat(Outline.of(TinyOnnx.doubleAndPositive(folder))).isEmpty();
    }

    @Test
    void isNotThereForWhatIsNoNetwork() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "this is no network, whatever its name says");
        byte[] whole = Files.readAllBytes(TinyOnnx.wide(folder.resolve("wide.onnx")));
        assertThat(Outline.of(text)).isEmpty();
        for (int length : new int[] {1, 20, 100, 1000, whole.length / 2, whole.length - 1}) {
            Path part = Files.write(folder.resolve("part.onnx"), Arrays.copyOf(whole, length));
            assertThat(Outline.of(part)).as("the first %d bytes", length).isEmpty();
            assertThatThrownBy(() -> new OnnxRuntimeEngine().open(part, new SessionOptions(Device.cpu(), 1)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("errors.md#network-unreadable");
        }
    }

    @Test
    void givesTheEngineTheSameWeightsAlsoThroughALink() throws IOException {
        Path file = TinyOnnx.wide(
                Files.createDirectory(folder.resolve("é and a blank")).resolve("wide ü.onnx"));
        runs(file);
        Path link = folder.resolve("link.onnx");
        try {
            Files.createSymbolicLink(link, file);
        } catch (IOException | UnsupportedOperationException e) {
            Assumptions.abort("no links in this file system: " + e);
        }
        runs(link);
    }

    private static void runs(Path file) {
        try (InferenceSession session = new OnnxRuntimeEngine().open(file, new SessionOptions(Device.cpu(), 1))) {
            Tensor input = Tensor.allocate(1, 2);
            input.data().put(0, 1).put(1, 2);
            Tensor output = Tensor.allocate(1, TinyOnnx.WIDE);
            session.run(Map.of("x", input), Map.of("y", output));
            for (int i = 0; i < TinyOnnx.WIDE; i++) {
                assertThat(output.data().get(i)).isEqualTo(3 * i);
            }
        }
    }
}

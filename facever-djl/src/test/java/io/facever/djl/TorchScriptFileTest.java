package io.facever.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Device;
import io.facever.EngineException;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TorchScript files as a user would bring them, with one weight, {@code w0} = [10, 20]. */
@Tag("pytorch")
class TorchScriptFileTest {
    private static final SessionOptions CPU = new SessionOptions(Device.cpu(), 1);

    @TempDir
    private Path folder;

    private Path script(String arguments, String type, String result) throws Exception {
        TorchScriptArchive archive = new TorchScriptArchive();
        byte[] weight = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(10)
                .putFloat(20)
                .array();
        assertThat(archive.add(List.of(2L), weight.length, out -> out.write(weight)))
                .isEqualTo("w0");
        Path file = folder.resolve("module.pt");
        try (OutputStream out = Files.newOutputStream(file)) {
            archive.write(
                    "  def forward(self: __torch__.Network, " + arguments + ") -> " + type + ":\n    return " + result
                            + "\n",
                    out);
        }
        return file;
    }

    private static Tensor tensor(float... values) {
        Tensor tensor = Tensor.allocate(values.length);
        tensor.data().duplicate().put(values);
        return tensor;
    }

    private static float[] numbers(Tensor tensor) {
        return new float[] {tensor.data().get(0), tensor.data().get(1)};
    }

    @Test
    void aSingleTensorGoesByAnyName() throws Exception {
        Path file = script("x: Tensor", "Tensor", "torch.mul(x, self.w0)");
        try (InferenceSession session = new DjlPyTorchEngine().open(file, CPU)) {
            Tensor result = Tensor.allocate(2);
            session.run(Map.of("input", tensor(1, 2)), Map.of("embedding", result));
            assertThat(numbers(result)).containsExactly(10, 40);
        }
    }

    @Test
    void aTupleGoesByPosition() throws Exception {
        Path file = script("x: Tensor", "Tuple[Tensor, Tensor]", "(torch.mul(x, self.w0), torch.add(x, self.w0))");
        try (InferenceSession session = new DjlPyTorchEngine().open(file, CPU)) {
            Tensor product = Tensor.allocate(2);
            Tensor sum = Tensor.allocate(2);
            session.run(Map.of("input", tensor(1, 2)), Map.of("0", product, "1", sum));
            assertThat(numbers(product)).containsExactly(10, 40);
            assertThat(numbers(sum)).containsExactly(11, 22);
        }
    }

    @Test
    void aDictionaryGoesByItsKeys() throws Exception {
        Path file = script("x: Tensor", "Dict[str, Tensor]", "{\"sum\": torch.add(x, self.w0)}");
        try (InferenceSession session = new DjlPyTorchEngine().open(file, CPU)) {
            Tensor sum = Tensor.allocate(2);
            session.run(Map.of("input", tensor(1, 2)), Map.of("sum", sum));
            assertThat(numbers(sum)).containsExactly(11, 22);
            assertThatThrownBy(() -> session.run(Map.of("input", tensor(1, 2)), Map.of("embedding", sum)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("only: sum");
        }
    }

    @Test
    void severalInputsGoByPosition() throws Exception {
        Path file = script("a: Tensor, b: Tensor", "Tensor", "torch.sub(a, b)");
        try (InferenceSession session = new DjlPyTorchEngine().open(file, CPU)) {
            Tensor result = Tensor.allocate(2);
            session.run(Map.of("0", tensor(5, 6), "1", tensor(1, 1)), Map.of("y", result));
            assertThat(numbers(result)).containsExactly(4, 5);
            assertThatThrownBy(() -> session.run(Map.of("a", tensor(5, 6), "b", tensor(1, 1)), Map.of("y", result)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("takes the inputs 0, 1");
        }
    }

    @Test
    void refusesNumbersThatAreNoFloats() throws Exception {
        Path file = script("x: Tensor", "Tensor", "torch.gt(x, self.w0)");
        try (InferenceSession session = new DjlPyTorchEngine().open(file, CPU)) {
            assertThatThrownBy(() -> session.run(Map.of("x", tensor(1, 2)), Map.of("y", Tensor.allocate(2))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("floats of 32 bits");
        }
    }

    @Test
    void refusesAZipFileThatHoldsNoModule() throws Exception {
        Path file = folder.resolve("state.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("state/data.pkl"));
            zip.write(1);
        }
        assertThatThrownBy(() -> new DjlPyTorchEngine().open(file, CPU))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("state.pt")
                .hasMessageContaining("torch.jit.save");
    }
}

package io.facever.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.models.internal.StateDicts.Opcodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers of published files, on files made here. */
class WeightsFilesTest {
    @TempDir
    Path folder;

    private TorchWeights read(byte[] content) throws IOException {
        return TorchWeights.read(Files.write(folder.resolve("weights.pt"), content));
    }

    private static void assertSame(Weights found, Map<String, NdArray> expected) {
        expected.forEach((name, array) -> {
            assertThat(found.get(name).shape()).containsExactly(array.shape());
            assertThat(found.get(name).data()).containsExactly(array.data());
        });
    }

    @Test
    void readsTheOldPyTorchFormat() throws IOException {
        Map<String, NdArray> arrays = StateDicts.pnet(1);
        assertSame(read(StateDicts.legacyFile(arrays)), arrays);
    }

    @Test
    void readsTheZipFormat() throws IOException {
        Map<String, NdArray> arrays = StateDicts.pnet(2);
        assertSame(read(StateDicts.zipFile(arrays)), arrays);
    }

    @Test
    void takesOffThePrefixOfParallelTraining() throws IOException {
        Map<String, NdArray> arrays = StateDicts.pnet(3);
        Map<String, NdArray> prefixed = new LinkedHashMap<>();
        arrays.forEach((name, array) -> prefixed.put("module." + name, array));
        assertSame(read(StateDicts.zipFile(prefixed)), arrays);
    }

    @Test
    void honoursOffsetAndStride() throws IOException {
        Opcodes pickle = new Opcodes()
                .raw("\u0080\u0002}(")
                .text("view")
                .global("torch._utils", "_rebuild_tensor_v2")
                .raw("((")
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .integer(7)
                .raw("tQ")
                .integer(1)
                .tuple(3, 2)
                .tuple(1, 3)
                .raw("\u0089Nt" + "Ru.");
        NdArray view = read(zip(pickle.bytes(), 0, 1, 2, 3, 4, 5, 6)).get("view", 3, 2);
        assertThat(view.data()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void refusesATensorThatReachesBeyondItsStorage() throws IOException {
        Opcodes pickle = new Opcodes()
                .raw("\u0080\u0002}(")
                .text("view")
                .global("torch._utils", "_rebuild_tensor_v2")
                .raw("((")
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .integer(3)
                .raw("tQ")
                .integer(1)
                .tuple(3)
                .tuple(1)
                .raw("\u0089Nt" + "Ru.");
        TorchWeights weights = read(zip(pickle.bytes(), 1, 2, 3));
        assertThatThrownBy(() -> weights.get("view"))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("beyond its storage of 3");
    }

    @Test
    void refusesAPickleThatCallsAFunctionAndRunsNothing() {
        Opcodes pickle = new Opcodes()
                .raw("\u0080\u0002}(")
                .text("x")
                .global("os", "system")
                .raw("(")
                .text("touch " + folder.resolve("owned"))
                .raw("tRu.");
        assertThatThrownBy(() -> read(zip(pickle.bytes())))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("os.system");
        assertThat(folder.resolve("owned")).doesNotExist();
    }

    @Test
    void refusesAPickleThatMakesAnObjectOfAJavaNeighbour() {
        Opcodes pickle = new Opcodes()
                .raw("\u0080\u0002")
                .global("decimal", "Decimal")
                .raw("(")
                .text("1")
                .raw("tR.");
        assertThatThrownBy(() -> read(zip(pickle.bytes())))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("decimal.Decimal");
        Opcodes instance = new Opcodes().raw("\u0080\u0002(idatetime\ndate\n.");
        assertThatThrownBy(() -> read(zip(instance.bytes()))).isInstanceOf(WeightsException.class);
    }

    @Test
    void refusesWhatIsNoStateDict() {
        assertThatThrownBy(() -> read("a text file, not weights".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("weights.pt");
        assertThatThrownBy(() -> read(new byte[0])).isInstanceOf(WeightsException.class);
        assertThatThrownBy(() -> read(new Opcodes().raw("\u0080\u0002]." + "").bytes()))
                .isInstanceOf(WeightsException.class);
        byte[] list = new Opcodes().raw("\u0080\u0002].").bytes();
        assertThatThrownBy(() -> read(zip(list)))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("no dict");
    }

    @Test
    void refusesAFileCutOffAnywhere() {
        byte[] whole = StateDicts.legacyFile(StateDicts.pnet(4));
        byte[] zip = StateDicts.zipFile(StateDicts.pnet(4));
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
            assertThatThrownBy(() -> read(cut)).isInstanceOf(WeightsException.class);
            byte[] cutZip = Arrays.copyOf(zip, random.nextInt(zip.length));
            assertThatThrownBy(() -> read(cutZip)).isInstanceOf(WeightsException.class);
        }
    }

    @Test
    void namesAMissingTensor() throws IOException {
        TorchWeights weights = read(StateDicts.legacyFile(StateDicts.pnet(5)));
        assertThatThrownBy(() -> weights.get("conv9.weight"))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("conv9.weight");
    }

    @Property(tries = 50)
    void npyArraysComeBackAsTheyWereWritten(@ForAll @Size(max = 4) List<@IntRange(min = 1, max = 5) Integer> sizes) {
        int[] shape = sizes.stream().mapToInt(Integer::intValue).toArray();
        NdArray array = counting(shape);
        NdArray found = NpyWeights.parse("a", StateDicts.npyFile(array));
        assertThat(found.shape()).containsExactly(shape);
        assertThat(found.data()).containsExactly(array.data());
    }

    @Property(tries = 50)
    void transposingThereAndBackChangesNothing(
            @ForAll @IntRange(min = 1, max = 4) int a,
            @ForAll @IntRange(min = 1, max = 4) int b,
            @ForAll @IntRange(min = 1, max = 4) int c) {
        NdArray array = counting(a, b, c);
        NdArray turned = array.transpose(2, 0, 1);
        assertThat(turned.shape()).containsExactly(c, a, b);
        assertThat(turned.transpose(1, 2, 0).data()).containsExactly(array.data());
    }

    @Test
    void refusesDamagedNpyFiles() {
        byte[] whole = StateDicts.npyFile(counting(2, 3));
        assertThatThrownBy(() -> NpyWeights.parse("a", Arrays.copyOf(whole, whole.length - 1)))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("'a' holds 23 bytes")
                .hasMessageContaining("expected 24");
        assertThatThrownBy(() -> NpyWeights.parse("a", Arrays.copyOf(whole, 40)))
                .isInstanceOf(WeightsException.class);
        assertThatThrownBy(() -> NpyWeights.parse("a", new byte[20]))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("no .npy file");
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        byte[] big = text.replace("<f4", ">f8").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> NpyWeights.parse("a", big))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("'>f8'");
        byte[] huge = text.replace("2, 3", "9999999, 9999999").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> NpyWeights.parse("a", huge)).isInstanceOf(WeightsException.class);
    }

    private static NdArray counting(int... shape) {
        float[] numbers = new float[NdArray.count(shape)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        return new NdArray(numbers, shape);
    }

    private static byte[] zip(byte[] pickle, float... numbers) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(pickle);
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("archive/data/0"));
            byte[] npy = StateDicts.npyFile(NdArray.vector(numbers));
            zip.write(npy, npy.length - 4 * numbers.length, 4 * numbers.length);
            zip.closeEntry();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return file.toByteArray();
    }
}

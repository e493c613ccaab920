package io.facever.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TemplatesTest {
    static Embedding embedding(long seed, int dimension) {
        Random random = new Random(seed);
        float[] values = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Embedding.of(new EmbeddingSpace("ab".repeat(32), "drawn", "similarity 160x160", dimension), values);
    }

    @Property
    void bytesComeBackBitByBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 600) int dimension) {
        Embedding embedding = embedding(seed, dimension);
        assertThat(Templates.fromBytes(Templates.toBytes(embedding))).isEqualTo(embedding);
    }

    @Property(tries = 200)
    void jsonComesBackBitByBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 600) int dimension) {
        Embedding embedding = embedding(seed, dimension);
        assertThat(Templates.fromJson(Templates.toJson(embedding))).isEqualTo(embedding);
    }

    @Property(tries = 200)
    void int8KeepsTheDirection(@ForAll long seed) {
        Embedding embedding = embedding(seed, 512);
        byte[] bytes = Templates.toBytes(embedding, Templates.Precision.INT8);
        Embedding back = Templates.fromBytes(bytes);
        assertThat(back.cosine(embedding)).isGreaterThan(0.999);
        assertThat(bytes.length).isLessThan(Templates.toBytes(embedding).length / 3);
    }

    @Property(tries = 500)
    void anyFlippedBitIsNoticed(@ForAll @IntRange(min = 0, max = 10_000) int position) {
        byte[] bytes = Templates.toBytes(embedding(1, 16));
        int bit = position % (8 * bytes.length);
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        assertThatThrownBy(() -> Templates.fromBytes(bytes)).isInstanceOf(TemplateException.class);
    }

    @Property
    void anyTruncationIsNoticed(@ForAll @IntRange(min = 0, max = 10_000) int length) {
        byte[] bytes = Templates.toBytes(embedding(1, 16));
        byte[] cut = Arrays.copyOf(bytes, length % bytes.length);
        assertThatThrownBy(() -> Templates.fromBytes(cut)).isInstanceOf(TemplateException.class);
    }

    @Property
    void foreignBytesAreRefusedByName(@ForAll byte[] bytes) {
        assertThatThrownBy(() -> Templates.fromBytes(bytes)).isInstanceOf(TemplateException.class);
    }

    @Test
    void aNewerVersionSaysSo() {
        byte[] bytes = Templates.toBytes(embedding(1, 4));
        bytes[4] = 2;
        assertThatThrownBy(() -> Templates.fromBytes(bytes))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("reads version 1");
        String json = Templates.toJson(embedding(1, 4)).replace("\"version\":1", "\"version\":7");
        assertThatThrownBy(() -> Templates.fromJson(json)).hasMessageContaining("version 7");
    }

    @Test
    void foreignOrBrokenJsonIsRefusedWithoutQuotingIt() {
        assertThatThrownBy(() -> Templates.fromJson("{\"format\":\"other\"}"))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("no facever template");
        String json = Templates.toJson(embedding(1, 4));
        assertThatThrownBy(() -> Templates.fromJson(json.substring(0, json.length() - 20)))
                .isInstanceOf(TemplateException.class)
                .hasNoCause()
                .hasMessageNotContaining("0.");
    }

    @Test
    void anAlteredNumberInJsonIsNoticed() {
        String json = Templates.toJson(embedding(1, 4));
        int at = json.indexOf("\"embedding\":[") + "\"embedding\":[".length();
        assertThatThrownBy(() -> Templates.fromJson(json.substring(0, at) + "0.5," + json.substring(at)))
                .isInstanceOf(TemplateException.class);
        assertThatThrownBy(() -> Templates.fromJson(json.replace("similarity 160x160", "crop")))
                .hasMessageContaining("checksum");
    }
}

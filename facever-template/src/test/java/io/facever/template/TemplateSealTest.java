package io.facever.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Embedding;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TemplateSealTest {
    private static final SecretKey OLD = key(1);
    private static final SecretKey NEW = key(2);
    private static final Embedding EMBEDDING = TemplatesTest.embedding(3, 128);

    private static SecretKey key(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new SecretKeySpec(bytes, "AES");
    }

    @Test
    void whatWasSealedOpens() {
        TemplateSeal seal = new TemplateSeal(Map.of("2026-11", OLD), "2026-11");
        assertThat(seal.open(seal.seal(EMBEDDING))).isEqualTo(EMBEDDING);
    }

    @Test
    void theSameEmbeddingNeverSealsAlike() {
        TemplateSeal seal = new TemplateSeal(Map.of("a", OLD), "a");
        assertThat(seal.seal(EMBEDDING)).isNotEqualTo(seal.seal(EMBEDDING));
    }

    @Test
    void keysRotate() {
        byte[] stored = new TemplateSeal(Map.of("old", OLD), "old").seal(EMBEDDING);
        byte[] resealed = new TemplateSeal(Map.of("old", OLD, "new", NEW), "new").reseal(stored);
        TemplateSeal after = new TemplateSeal(Map.of("new", NEW), "new");
        assertThat(after.open(resealed)).isEqualTo(EMBEDDING);
        assertThatThrownBy(() -> after.open(stored))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("key 'old'")
                .hasMessageContaining("[new]");
    }

    @Property(tries = 500)
    void anyFlippedBitIsNoticed(@ForAll @IntRange(min = 0, max = 100_000) int position) {
        TemplateSeal seal = new TemplateSeal(Map.of("a", OLD), "a");
        byte[] sealed = seal.seal(EMBEDDING);
        int bit = position % (8 * sealed.length);
        sealed[bit / 8] ^= (byte) (1 << bit % 8);
        assertThatThrownBy(() -> seal.open(sealed)).isInstanceOf(TemplateException.class);
    }

    @Property
    void anyTruncationIsNoticed(@ForAll @IntRange(min = 0, max = 100_000) int length) {
        TemplateSeal seal = new TemplateSeal(Map.of("a", OLD), "a");
        byte[] sealed = seal.seal(EMBEDDING);
        assertThatThrownBy(() -> seal.open(Arrays.copyOf(sealed, length % sealed.length)))
                .isInstanceOf(TemplateException.class);
    }

    @Test
    void aNewerVersionAndForeignBytesAreToldApart() {
        TemplateSeal seal = new TemplateSeal(Map.of("a", OLD), "a");
        byte[] newer = seal.seal(EMBEDDING);
        newer[4]++;
        assertThatThrownBy(() -> seal.open(newer)).hasMessageContaining("docs/errors.md#template-version");
        assertThatThrownBy(() -> seal.open(Templates.toBytes(EMBEDDING)))
                .hasMessageContaining("docs/errors.md#template-foreign");
    }

    @Test
    void aWrongKeyOfTheSameIdOpensNothing() {
        byte[] sealed = new TemplateSeal(Map.of("a", OLD), "a").seal(EMBEDDING);
        assertThatThrownBy(() -> new TemplateSeal(Map.of("a", NEW), "a").open(sealed))
                .isInstanceOf(TemplateException.class);
    }

    @Test
    void keysThatCannotServeAreRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TemplateSeal(Map.of("a", OLD), "b"))
                .withMessageContaining("'b'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TemplateSeal(Map.of("a", new SecretKeySpec(new byte[8], "DES")), "a"))
                .withMessageContaining("DES");
    }
}

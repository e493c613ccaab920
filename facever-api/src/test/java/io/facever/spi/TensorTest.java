package io.facever.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void aTensorSharesItsBufferFromPositionToLimit() {
        FloatBuffer buffer = Tensor.allocateBuffer(10);
        buffer.position(2).limit(8);
        Tensor tensor = Tensor.of(buffer, 2, 3);
        tensor.data().put(0, 7f);
        assertThat(buffer.get(2)).isEqualTo(7f);
        assertThat(tensor.data().capacity()).isEqualTo(6);
        assertThat(tensor).hasToString("Tensor[2, 3]");
    }

    @Test
    void buffersOnTheHeapOrOfForeignOrderAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(FloatBuffer.allocate(1), 1))
                .withMessageContaining("heap");
        ByteOrder foreign =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Tensor.of(ByteBuffer.allocateDirect(4).order(foreign).asFloatBuffer(), 1))
                .withMessageContaining(foreign.toString());
    }

    @Test
    void countsThatDoNotFitTheShapeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(Tensor.allocateBuffer(5), 2, 3))
                .withMessageContaining("6")
                .withMessageContaining("5");
        assertThatIllegalArgumentException().isThrownBy(() -> Tensor.allocate(1, 0));
    }
}

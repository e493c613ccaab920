package io.facever.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Device;
import io.facever.spi.SessionOptions.Accelerator;
import org.junit.jupiter.api.Test;

class SessionOptionsTest {
    private static final SessionOptions CPU = new SessionOptions(Device.cpu(), 2);

    @Test
    void leavesToTheEngineWhatIsNotSaid() {
        assertThat(CPU).isEqualTo(new SessionOptions(Device.cpu(), 2, Accelerator.DEFAULT, true, 0));
    }

    @Test
    void changesOneSettingAtATime() {
        SessionOptions changed = CPU.withDevice(Device.gpu(1))
                .withThreads(3)
                .withAccelerator(Accelerator.TENSORRT)
                .withArena(false)
                .withGpuMemoryLimit(1024);

        assertThat(changed).isEqualTo(new SessionOptions(Device.gpu(1), 3, Accelerator.TENSORRT, false, 1024));
    }

    @Test
    void refusesWhatContradictsItself() {
        assertThatThrownBy(() -> CPU.withAccelerator(Accelerator.CUDA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CUDA drives a GPU");
        assertThatThrownBy(() -> CPU.withThreads(-1)).hasMessageContaining("found -1");
        assertThatThrownBy(() -> CPU.withGpuMemoryLimit(-2)).hasMessageContaining("found -2");
    }
}

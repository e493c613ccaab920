package io.facever.spi;

import io.facever.Device;
import java.util.Objects;

/**
 * How a network is to run.
 *
 * @param device where
 * @param threads how many threads one run may use; 0 leaves it to the engine
 */
public record SessionOptions(Device device, int threads) {
    /** Checks the number of threads. */
    public SessionOptions {
        Objects.requireNonNull(device, "device");
        if (threads < 0) {
            throw new IllegalArgumentException("threads are 0 (the engine's choice) or more, found " + threads);
        }
    }
}

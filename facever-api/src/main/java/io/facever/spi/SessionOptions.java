package io.facever.spi;

import io.facever.Device;
import java.util.Objects;

/**
 * How a network is to run. An engine that does not have what is asked for refuses; it never takes something else in
 * silence.
 *
 * @param device where
 * @param threads how many threads one run may use; 0 leaves it to the engine
 * @param accelerator what drives the GPU; {@link Accelerator#DEFAULT} when the device is the processor
 * @param arena whether the engine may keep memory of one run for the next; without, it holds less and large inputs run
 *     slower. Engines that keep none by nature ignore it
 * @param gpuMemoryLimit the most bytes of a GPU's memory that a network may take; 0 for no limit
 * @since 0.1.0
 */
public record SessionOptions(Device device, int threads, Accelerator accelerator, boolean arena, long gpuMemoryLimit) {

    /** What drives a GPU. Each needs native libraries of its own; see docs/engines.md. */
    public enum Accelerator {
        /** The engine's own choice; CUDA in all engines that facever has. */
        DEFAULT,
        /** NVIDIA's CUDA. */
        CUDA,
        /** NVIDIA's TensorRT, and CUDA for what that does not take. */
        TENSORRT,
        /** Microsoft's DirectML, on Windows. */
        DIRECTML,
        /** Apple's Core ML. */
        COREML,
        /** Intel's OpenVINO, on Intel's GPUs. */
        OPENVINO
    }

    /** Checks the numbers, and that an accelerator is not asked for on the processor. */
    public SessionOptions {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(accelerator, "accelerator");
        if (threads < 0) {
            throw new IllegalArgumentException("threads are 0 (the engine's choice) or more, found " + threads);
        }
        if (gpuMemoryLimit < 0) {
            throw new IllegalArgumentException(
                    "a limit on GPU memory is 0 (none) or more bytes, found " + gpuMemoryLimit);
        }
        if (device.kind() == Device.Kind.CPU && accelerator != Accelerator.DEFAULT) {
            throw new IllegalArgumentException(accelerator
                    + " drives a GPU, and the device is the processor; ask for Device.gpu() or Device.auto() first");
        }
    }

    /**
     * The device and the threads, and everything else left to the engine.
     *
     * @param device where
     * @param threads how many threads one run may use; 0 leaves it to the engine
     */
    public SessionOptions(Device device, int threads) {
        this(device, threads, Accelerator.DEFAULT, true, 0);
    }

    /** The same on another device. */
    public SessionOptions withDevice(Device other) {
        return new SessionOptions(other, threads, accelerator, arena, gpuMemoryLimit);
    }

    /** The same with another number of threads. */
    public SessionOptions withThreads(int other) {
        return new SessionOptions(device, other, accelerator, arena, gpuMemoryLimit);
    }

    /** The same with another accelerator. */
    public SessionOptions withAccelerator(Accelerator other) {
        return new SessionOptions(device, threads, other, arena, gpuMemoryLimit);
    }

    /** The same with or without memory kept between runs. */
    public SessionOptions withArena(boolean other) {
        return new SessionOptions(device, threads, accelerator, other, gpuMemoryLimit);
    }

    /** The same with another limit on GPU memory, bytes. */
    public SessionOptions withGpuMemoryLimit(long other) {
        return new SessionOptions(device, threads, accelerator, arena, other);
    }
}

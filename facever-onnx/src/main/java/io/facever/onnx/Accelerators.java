package io.facever.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.facever.EngineException;
import io.facever.spi.SessionOptions.Accelerator;

/** The execution providers of ONNX Runtime that drive a GPU. */
enum Accelerators {
    CUDA(OrtProvider.CUDA, "an NVIDIA driver, CUDA and cuDNN") {
        @Override
        String add(OrtSession.SessionOptions settings, int gpu, long memoryLimit) throws OrtException {
            try (OrtCUDAProviderOptions options = new OrtCUDAProviderOptions(gpu)) {
                if (memoryLimit > 0) {
                    options.add("gpu_mem_limit", Long.toString(memoryLimit));
                }
                settings.addCUDA(options);
            }
            return "cuda:" + gpu;
        }
    },
    TENSORRT(OrtProvider.TENSOR_RT, "an NVIDIA driver, CUDA, cuDNN and TensorRT") {
        @Override
        String add(OrtSession.SessionOptions settings, int gpu, long memoryLimit) throws OrtException {
            settings.addTensorrt(gpu);
            // for operators that TensorRT does not take
            CUDA.add(settings, gpu, memoryLimit);
            return "tensorrt:" + gpu + "+cuda:" + gpu;
        }
    },
    DIRECTML(OrtProvider.DIRECT_ML, "Windows with DirectX 12 and a driver of the GPU's maker") {
        @Override
        String add(OrtSession.SessionOptions settings, int gpu, long memoryLimit) throws OrtException {
            refuseLimit(memoryLimit);
            settings.addDirectML(gpu);
            return "directml:" + gpu;
        }
    },
    COREML(OrtProvider.CORE_ML, "macOS with Core ML") {
        @Override
        String add(OrtSession.SessionOptions settings, int gpu, long memoryLimit) throws OrtException {
            refuseLimit(memoryLimit);
            settings.addCoreML();
            return "coreml";
        }
    },
    OPENVINO(OrtProvider.OPEN_VINO, "OpenVINO and Intel's GPU driver") {
        @Override
        String add(OrtSession.SessionOptions settings, int gpu, long memoryLimit) throws OrtException {
            refuseLimit(memoryLimit);
            settings.addOpenVINO("GPU." + gpu);
            return "openvino:gpu." + gpu;
        }
    };

    private final OrtProvider provider;
    private final String needs;

    Accelerators(OrtProvider provider, String needs) {
        this.provider = provider;
        this.needs = needs;
    }

    static Accelerators of(Accelerator wish) {
        return switch (wish) {
            case DEFAULT, CUDA -> CUDA;
            case TENSORRT -> TENSORRT;
            case DIRECTML -> DIRECTML;
            case COREML -> COREML;
            case OPENVINO -> OPENVINO;
        };
    }

    /** ONNX Runtime's name of it. */
    OrtProvider provider() {
        return provider;
    }

    /** What has to be on the machine. */
    String needs() {
        return needs;
    }

    /** What to do where the ONNX Runtime on the class path lacks it. */
    String wayOut() {
        return this == CUDA || this == TENSORRT
                ? "put com.microsoft.onnxruntime:onnxruntime_gpu in the place of onnxruntime (not beside it)"
                : "give -Donnxruntime.native.path the folder of an ONNX Runtime that was built with " + this;
    }

    /**
     * Adds it to the settings of a session.
     *
     * @return the provider as {@code InferenceSession.provider()} names it
     */
    abstract String add(OrtSession.SessionOptions settings, int gpu, long memoryLimit) throws OrtException;

    final void refuseLimit(long memoryLimit) {
        if (memoryLimit > 0) {
            throw new EngineException(
                    "device-unavailable",
                    this + " takes no limit on GPU memory, and one of " + memoryLimit
                            + " bytes was set; leave it out, or use CUDA");
        }
    }
}

package com.example;

import io.facever.Device;
import io.facever.FaceVerifier;
import io.facever.spi.SessionOptions;
import java.nio.file.Path;

/** One thread for each run, and memory given back after it. Usage: EngineOptions FIRST SECOND */
public final class EngineOptions {
    private EngineOptions() {}

    public static void main(String[] args) {
        // Device.gpu() fails where there is none; Device.auto() falls back to the processor
        SessionOptions options = new SessionOptions(Device.cpu(), 1).withArena(false);
        try (FaceVerifier verifier =
                FaceVerifier.builder().engine("onnx").session(options).build()) {
            // what each network really runs on
            verifier.providers().forEach((network, provider) -> System.out.println(network + " on " + provider));
            System.out.println(
                    verifier.verify(Path.of(args[0]), Path.of(args[1])).outcome());
        }
    }
}

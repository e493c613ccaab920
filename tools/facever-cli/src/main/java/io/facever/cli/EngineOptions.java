package io.facever.cli;

import io.facever.Device;
import io.facever.FaceVerifier;
import io.facever.models.ModelStore;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Where networks run, for every command that runs some. */
final class EngineOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "Inference engine, as in onnx; the best-ranked one if not set.")
    private Optional<String> engine = Optional.empty();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            converter = DeviceConverter.class,
            description = "cpu, gpu, gpu:N or auto; default ${DEFAULT-VALUE}.")
    private Device device = Device.cpu();

    /** Filled by picocli: use it as a mixin. */
    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    EngineOptions() {}

    /** Builds a verifier with these options, and shows on standard error how far the models are. */
    FaceVerifier build(FaceVerifier.Builder builder) {
        engine.ifPresent(builder::engine);
        try (PreparationProgress progress =
                PreparationProgress.on(spec.commandLine().getErr())) {
            return builder.device(device)
                    .models(ModelStore.builder().progress(progress).build())
                    .build();
        }
    }

    /** {@code cpu}, {@code gpu}, {@code gpu:N}, {@code auto}. */
    static final class DeviceConverter implements ITypeConverter<Device> {
        @Override
        public Device convert(String value) {
            try {
                return Device.parse(value);
            } catch (IllegalArgumentException e) {
                // of this type, picocli shows the message alone
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** The command line that these options belong to. */
    CommandLine commandLine() {
        return spec.commandLine();
    }
}

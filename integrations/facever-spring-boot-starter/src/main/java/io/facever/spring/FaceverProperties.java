package io.facever.spring;

import io.facever.Device;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Liveness;
import io.facever.Threshold;
import io.facever.models.ModelStore;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The {@code facever.*} properties. What is not set keeps the default of {@link FaceVerifier.Builder} or
 * {@link ModelStore}; the names are those of facever's own system properties and environment variables, so
 * {@code FACEVER_CACHE} means the same with Spring and without.
 *
 * @param model embedding model by id, as in {@code facenet-vggface2}
 * @param engine inference engine by name, as in {@code onnx}
 * @param device where networks run: {@code cpu}, {@code auto}, {@code gpu} or {@code gpu:1}
 * @param threads how many threads one run of a network may use; 0 leaves it to the engine
 * @param aligner aligner by name: {@code similarity}, {@code crop} or {@code center}
 * @param threshold cosine from which two faces match; excludes {@code fmr}
 * @param fmr false match rate whose threshold is taken from the model's calibration; excludes {@code threshold}
 * @param faceSelection which face is meant when there are several
 * @param minFaceSize shorter side of a face box, in pixels, below which the outcome is inconclusive
 * @param maxPixels width times height above which a photo is refused before it is decoded
 * @param liveness whether faces are checked for liveness: {@code inform}, {@code block} or {@code on-request}; not at
 *     all if not set
 * @param cache folder for finished models
 * @param mirror folder or base URL to read published models from instead of their public addresses
 * @param offline whether to never open a connection
 * @param health settings of the health indicator
 * @since 0.1.0
 */
@ConfigurationProperties("facever")
public record FaceverProperties(
        Optional<String> model,
        Optional<String> engine,
        @DefaultValue("cpu") String device,
        @DefaultValue("0") int threads,
        Optional<String> aligner,
        Optional<Double> threshold,
        Optional<Double> fmr,
        @DefaultValue("largest") FaceSelection faceSelection,
        @DefaultValue("" + FaceVerifier.Builder.DEFAULT_MIN_FACE_SIZE) int minFaceSize,
        @DefaultValue("" + FaceVerifier.Builder.DEFAULT_MAX_PIXELS) long maxPixels,
        Optional<Liveness.Policy> liveness,
        Optional<String> cache,
        Optional<String> mirror,
        Optional<Boolean> offline,
        @DefaultValue Health health) {

    /**
     * Settings of the health indicator.
     *
     * @param interval how long an answer of the models counts; they are asked again at the first look after it
     */
    public record Health(@DefaultValue("30s") Duration interval) {}

    /** Checks what can't both be set. */
    public FaceverProperties {
        if (threshold.isPresent() && fmr.isPresent()) {
            throw new IllegalArgumentException("facever.threshold (" + threshold.get() + ") and facever.fmr ("
                    + fmr.get() + ") exclude each other; leave one of them");
        }
    }

    /** The threshold wished for, if one is. */
    Optional<Threshold> wishedThreshold() {
        return threshold
                .map(value -> Threshold.of(value, "property facever.threshold"))
                .or(() -> fmr.map(Threshold::atFmr));
    }

    /** The device by its name. */
    Device parsedDevice() {
        try {
            return Device.parse(device);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("property facever.device: " + e.getMessage(), e);
        }
    }
}

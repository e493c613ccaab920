package io.facever.spring;

import io.facever.Aligner;
import io.facever.Detector;
import io.facever.Embedder;
import io.facever.FaceVerifier;
import io.facever.Liveness;
import io.facever.Verifier;
import io.facever.micrometer.StageMeters;
import io.facever.models.ModelStore;
import io.facever.spi.AlignerProvider;
import io.facever.spi.DetectorProvider;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.ImageDecoder;
import io.facever.spi.InferenceEngine;
import io.facever.spi.ModelProvider;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Gives an application a {@link FaceVerifier} from the {@code facever.*} properties, a health indicator and metrics.
 *
 * <p>Any part can be replaced by a bean of its type: {@link ImageDecoder}, {@link ModelProvider},
 * {@link InferenceEngine}, {@link Detector} or {@link DetectorProvider}, {@link Aligner} or {@link AlignerProvider},
 * {@link Embedder} or {@link EmbedderProvider}, {@link Verifier}, {@link Liveness}; a {@code FaceVerifier} bean of the
 * application replaces all of them. Every {@link FaceVerifier.Listener} bean is told about the stages.
 *
 * <p>The models are loaded when the verifier is first asked for: at the start when a singleton takes it in its
 * constructor, later when it is taken from an {@code ObjectProvider}. Closing the context waits for running calls.
 *
 * @since 0.1.0
 */
@AutoConfiguration(
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@EnableConfigurationProperties(FaceverProperties.class)
public final class FaceverAutoConfiguration {
    /** Made by Spring. */
    FaceverAutoConfiguration() {}

    /** The verifier and what it is made of. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(FaceVerifier.class)
    static class VerifierConfiguration {
        @Bean
        @ConditionalOnMissingBean(ModelProvider.class)
        ModelStore faceverModelStore(FaceverProperties properties) {
            ModelStore.Builder builder = ModelStore.builder();
            properties.cache().filter(folder -> !folder.isBlank()).map(Path::of).ifPresent(builder::cache);
            properties.mirror().filter(place -> !place.isBlank()).ifPresent(builder::mirror);
            properties.offline().ifPresent(builder::offline);
            return builder.build();
        }

        @Bean(destroyMethod = "close")
        @Lazy
        FaceVerifier faceVerifier(
                FaceverProperties properties,
                ObjectProvider<ImageDecoder> decoder,
                ObjectProvider<ModelProvider> models,
                ObjectProvider<InferenceEngine> engine,
                ObjectProvider<Detector> detector,
                ObjectProvider<DetectorProvider> detectorProvider,
                ObjectProvider<Aligner> aligner,
                ObjectProvider<AlignerProvider> alignerProvider,
                ObjectProvider<Embedder> embedder,
                ObjectProvider<EmbedderProvider> embedderProvider,
                ObjectProvider<Verifier> verifier,
                ObjectProvider<Liveness> liveness,
                ObjectProvider<FaceVerifier.Listener> listeners) {
            FaceVerifier.Builder builder = FaceVerifier.builder()
                    .faceSelection(properties.faceSelection())
                    .minFaceSize(properties.minFaceSize())
                    .maxPixels(properties.maxPixels())
                    .device(properties.parsedDevice())
                    .threads(properties.threads());
            decoder.ifUnique(builder::decoder);
            models.ifUnique(builder::models);
            engine.ifUnique(builder::engine);
            detector.ifUnique(builder::detector);
            detectorProvider.ifUnique(builder::detector);
            aligner.ifUnique(builder::aligner);
            alignerProvider.ifUnique(builder::aligner);
            embedder.ifUnique(builder::embedder);
            embedderProvider.ifUnique(builder::embedder);
            verifier.ifUnique(builder::verifier);
            listeners.orderedStream().forEach(builder::listener);
            properties.engine().ifPresent(builder::engine);
            properties.aligner().ifPresent(builder::aligner);
            properties.model().ifPresent(builder::model);
            properties.wishedThreshold().ifPresent(builder::threshold);
            properties
                    .liveness()
                    .ifPresent(policy -> builder.liveness(gate(Optional.ofNullable(liveness.getIfUnique()), policy)));
            return builder.build();
        }

        private static Liveness.Gate gate(Optional<Liveness> own, Liveness.Policy policy) {
            Liveness.Gate gate = own.map(Liveness::of).orElseGet(Liveness::passive);
            return new Liveness.Gate(gate.name(), gate.check(), policy, gate.threshold());
        }
    }

    /** Metrics, where Micrometer is. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({MeterRegistry.class, StageMeters.class})
    static class MetricsConfiguration {
        @Bean
        @ConditionalOnBean(MeterRegistry.class)
        @ConditionalOnMissingBean
        StageMeters faceverStageMeters(MeterRegistry registry) {
            return new StageMeters(registry);
        }
    }

    /** Health, where the Actuator is. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthIndicator.class)
    @ConditionalOnProperty(name = "management.health.facever.enabled", matchIfMissing = true)
    static class HealthConfiguration {
        @Bean
        @ConditionalOnMissingBean(name = "faceverHealthIndicator")
        HealthIndicator faceverHealthIndicator(ObjectProvider<FaceVerifier> verifier, FaceverProperties properties) {
            return new FaceverHealthIndicator(
                    verifier::getObject, properties.health().interval(), System::nanoTime);
        }
    }
}

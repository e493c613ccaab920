package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.spi.AlignerProvider;
import io.facever.spi.DetectorProvider;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.ImageDecoder;
import io.facever.spi.InferenceEngine;
import io.facever.spi.ModelProvider;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** One dependency brings every part, on the class path. */
class PartsTest {
    @Test
    void everyKindOfPartIsFound() {
        assertThat(names(ServiceLoader.load(DetectorProvider.class), DetectorProvider::name))
                .containsExactly("mtcnn");
        assertThat(names(ServiceLoader.load(AlignerProvider.class), AlignerProvider::name))
                .containsExactlyInAnyOrder("similarity", "crop", "center");
        assertThat(names(ServiceLoader.load(EmbedderProvider.class), EmbedderProvider::name))
                .containsExactlyInAnyOrder("inception-resnet-v1", "mobilefacenet");
        assertThat(names(ServiceLoader.load(InferenceEngine.class), InferenceEngine::name))
                .containsExactly("onnx");
        assertThat(names(ServiceLoader.load(ModelProvider.class), ModelProvider::name))
                .hasSize(1);
        assertThat(names(ServiceLoader.load(ImageDecoder.class), ImageDecoder::name))
                .hasSize(1);
    }

    @Test
    void everyEmbedderNamesAModelThatTheCatalogueHoldsWithItsArchitecture() {
        ModelProvider models =
                ServiceLoader.load(ModelProvider.class).findFirst().orElseThrow();

        for (EmbedderProvider embedder : ServiceLoader.load(EmbedderProvider.class)) {
            assertThat(models.describe(embedder.defaultModel()).architecture()).isEqualTo(embedder.name());
        }
    }

    private static <T> List<String> names(ServiceLoader<T> services, Function<T, String> name) {
        return services.stream().map(ServiceLoader.Provider::get).map(name).toList();
    }
}

package io.facever.spi;

import io.facever.Embedder;
import io.facever.ModelDescription;
import java.util.Optional;

/**
 * Makes embedders of one architecture. Found by ServiceLoader, so it has a public constructor without arguments, which
 * is cheap; may also be given to the builder, with settings.
 *
 * @since 0.1.0
 */
public interface EmbedderProvider {
    /** The {@link ModelDescription#architecture() architecture} that it runs; also the name to choose it by. */
    String name();

    /** Among several, the highest rank is chosen; a tie is an error. */
    int rank();

    /** The model used when the caller names none. */
    String defaultModel();

    /**
     * The model that this provider brings itself, network and all. Empty, the default, when its models come from the
     * model source, as all models do that are files.
     */
    default Optional<ModelDescription> ownModel() {
        return Optional.empty();
    }

    /**
     * Makes the embedder.
     *
     * @param model a model of this architecture
     * @param context models and engine
     * @return an embedder that the caller closes; when this throws, nothing stays open
     */
    Embedder create(ModelDescription model, StageContext context);
}

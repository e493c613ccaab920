package io.facever.spi;

import io.facever.ModelDescription;
import java.nio.file.Path;
import java.util.List;

/**
 * Where models come from. Found by ServiceLoader, so it has a public constructor without arguments, which does nothing
 * but remember. Safe for any number of threads. No other part of facever opens a network connection.
 *
 * @since 0.1.0
 */
public interface ModelProvider {
    /** The name, for log lines. */
    String name();

    /** Among several, the highest rank is chosen; a tie is an error. */
    int rank();

    /** All models known here, fetched or not. */
    List<ModelDescription> models();

    /**
     * What is known of a model. Fetches nothing.
     *
     * @param id the model's id
     * @throws io.facever.ModelException when the id is not known; the message lists the known ones
     */
    ModelDescription describe(String id);

    /**
     * A network as a checked ONNX file; fetches, converts and stores it first when it is not there.
     *
     * @param id the model's id
     * @param network which of the model's networks: {@code pnet}, {@code rnet}, {@code onet}, {@code embedding}
     * @throws io.facever.ModelException when it can't be had
     */
    Path resolve(String id, String network);
}

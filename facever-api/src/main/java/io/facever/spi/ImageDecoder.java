package io.facever.spi;

import io.facever.Image;

/**
 * Decodes photos. Found by ServiceLoader, so it has a public constructor without arguments, which is cheap. Safe for
 * any number of threads.
 *
 * @since 0.1.0
 */
public interface ImageDecoder {
    /** The name, for log lines. */
    String name();

    /** Among several, the highest rank is chosen; a tie is an error. */
    int rank();

    /**
     * Decodes one photo to upright RGB.
     *
     * @param encoded the file's bytes
     * @param name what to call it in messages: a path, or "stream"
     * @param maxPixels the most pixels, width × height, that are accepted; checked before any is allocated
     * @throws io.facever.ImageException when it is no image, cut off, or too large
     */
    Image decode(byte[] encoded, String name, long maxPixels);
}

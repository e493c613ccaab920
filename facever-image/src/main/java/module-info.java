import org.jspecify.annotations.NullMarked;

/** Decodes photos to upright RGB, and draws results on them. */
@NullMarked
module io.facever.image {
    requires transitive io.facever.api;
    requires transitive java.desktop;
    // the other image libraries are plug-ins of ImageIO, found at run time: nothing here is compiled against them
    requires com.drew.metadata;
    requires static org.jspecify;

    exports io.facever.image;

    provides io.facever.spi.ImageDecoder with
            io.facever.image.ImageIoDecoder;
}

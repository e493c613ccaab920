module com.example.ownparts {
    requires io.facever.api;
    // decoding and alignment stay facever's; there are no models and no engine
    requires io.facever.image;
    requires io.facever.facenet;

    provides io.facever.spi.DetectorProvider with
            com.example.CroppedPhotoDetector;
    provides io.facever.spi.EmbedderProvider with
            com.example.GreyPatchEmbedder;
}

package io.facever.models;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.facever.CropSpec;
import io.facever.Landmarks;
import io.facever.ModelDescription;
import io.facever.Point;
import io.facever.Threshold;
import io.facever.models.internal.InceptionResnetV1;
import io.facever.models.internal.MiniFasNet;
import io.facever.models.internal.MobileFaceNet;
import io.facever.models.internal.Mtcnn;
import io.facever.models.internal.NpyWeights;
import io.facever.models.internal.Quantisation;
import io.facever.models.internal.TorchWeights;
import io.facever.models.internal.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The published models that facever knows. Hashes and sizes are in the {@code catalogue} resources. */
final class Catalogue {
    /** Part of every digest: goes up when the conversion gives other numbers, so that no old file is used. */
    static final String CONVERTER_VERSION = "1";

    /** The same for MTCNN alone, whose digest is in no calibration. */
    private static final String MTCNN_GRAPH =
            "RGB, NCHW, x; PReLU as sum, blocks, pooling first in P-Net, without zeros after it; one output with logits";

    /** How the id of a model ends that is rounded to 8 bits. */
    static final String INT8 = "-int8";

    static final String INCEPTION_RESNET_V1 = "inception-resnet-v1";

    /** What the embedders do to pixels; part of the digest of their models. */
    static final String PIXELS = "RGB, NCHW, (x - 127.5) / 128";

    /**
     * 160×160 crop with five landmarks, symmetric, eyes level. Values as in the golden data of the project (the
     * template called 160x160), whose independent implementation chose them for these weights.
     */
    static final CropSpec FACENET_CROP = new CropSpec(
            160,
            160,
            Landmarks.of(List.of(
                    new Point(52.479, 66.216),
                    new Point(107.521, 66.216),
                    new Point(80.0, 91.578),
                    new Point(55.386, 113.128),
                    new Point(104.614, 113.128))));

    /** 96×112 crop with the landmarks of SphereFace (W. Liu and others: Deep Hypersphere Embedding, 2017). */
    static final CropSpec SPHEREFACE_CROP = new CropSpec(
            96,
            112,
            Landmarks.of(List.of(
                    new Point(30.2946, 51.6963),
                    new Point(65.5318, 51.5014),
                    new Point(48.0252, 71.7366),
                    new Point(33.5493, 92.3655),
                    new Point(62.7299, 92.2041))));

    private static final String LFW_ORIGIN =
            "balanced point of an independent run on LFW, before calibration with this code";

    private Catalogue() {}

    static List<CatalogueModel> models() {
        return List.of(
                mtcnn(),
                facenet(),
                facenetInt8(),
                mobileFaceNet(),
                miniFasNet("minifasnet-v2", "2.7", false),
                miniFasNet("minifasnet-v1se", "4.0", true));
    }

    private static CatalogueModel mtcnn() {
        List<Network> networks = List.of(
                torch("mtcnn", "pnet", Mtcnn::pnet),
                torch("mtcnn", "rnet", Mtcnn::rnet),
                torch("mtcnn", "onet", Mtcnn::onet));
        return new CatalogueModel(
                ModelDescription.builder("mtcnn", "mtcnn", digest(networks, MTCNN_GRAPH))
                        .licence("MIT")
                        .origin("P-, R- and O-Net of MTCNN (Zhang and others, 2016) as PyTorch state dicts of"
                                + " github.com/timesler/facenet-pytorch at 787da061, which converted them from"
                                + " github.com/davidsandberg/facenet (MIT), which converted the authors' Caffe models")
                        .build(),
                networks);
    }

    private static CatalogueModel facenet() {
        List<Network> networks = List.of(facenet(Catalogue::convertFacenet));
        return facenet("facenet-vggface2", networks, contract(FACENET_CROP));
    }

    /**
     * The same weights rounded to 8 bits. Its embeddings are its own: they are not those of the other to the last
     * digits.
     */
    private static CatalogueModel facenetInt8() {
        String ranges = resource("ranges/facenet-vggface2.ranges");
        List<Network> networks =
                List.of(facenet(files -> Quantisation.quantise(convertFacenet(files), Quantisation.parse(ranges))));
        return facenet(
                "facenet-vggface2" + INT8, networks, contract(FACENET_CROP) + "; 8 bits, ranges " + Hashes.of(ranges));
    }

    private static Network facenet(Network.Conversion conversion) {
        return new Network("embedding", SourceFile.list("facenet-vggface2-embedding"), conversion);
    }

    private static ModelProto convertFacenet(List<Path> files) {
        Map<String, Path> byName = files.stream()
                .collect(Collectors.toMap(
                        file -> file.getFileName().toString().replaceFirst("\\.npy$", ""), Function.identity()));
        return InceptionResnetV1.fromTensorFlow(new NpyWeights(byName));
    }

    private static CatalogueModel facenet(String id, List<Network> networks, String contract) {
        return new CatalogueModel(
                calibrated(
                        id,
                        ModelDescription.builder(id, INCEPTION_RESNET_V1, digest(networks, contract))
                                .embeds(FACENET_CROP, 512)
                                // trained on such crops, and better with them: docs/evaluation.md
                                .aligner("crop")
                                .threshold(Threshold.of(0.42, LFW_ORIGIN))
                                .licence("MIT for the checkpoint; this copy of its arrays lies in a GPL-3.0 repository;"
                                        + " data set VGGFace2: research terms")
                                .origin(
                                        "checkpoint 20180402-114759 of github.com/davidsandberg/facenet, trained on VGGFace2"
                                                + " with softmax loss, LFW 0.9965 +- 0.0025 as published; arrays from"
                                                + " github.com/lequytra/Face-Recognition at a6725deb")),
                networks);
    }

    private static CatalogueModel mobileFaceNet() {
        List<Network> networks = List.of(torch("mobilefacenet", "embedding", MobileFaceNet::fromTorch));
        return new CatalogueModel(
                calibrated(
                        "mobilefacenet",
                        ModelDescription.builder(
                                        "mobilefacenet", "mobilefacenet", digest(networks, contract(SPHEREFACE_CROP)))
                                .embeds(SPHEREFACE_CROP, 128)
                                .aligner("similarity")
                                .threshold(Threshold.of(0.28, LFW_ORIGIN))
                                .licence("not stated by its authors: evaluation only")
                                .origin(
                                        "github.com/Xiaoccer/MobileFaceNet_Pytorch at 26bd8d26, ArcFace loss, trained on"
                                                + " CASIA-WebFace, LFW 99.30 % as published")),
                networks);
    }

    private static CatalogueModel miniFasNet(String id, String scale, boolean squeezeExcitation) {
        List<Network> networks =
                List.of(torch(id, "liveness", weights -> MiniFasNet.fromTorch(weights, squeezeExcitation)));
        return new CatalogueModel(
                ModelDescription.builder(
                                id,
                                "minifasnet",
                                digest(networks, "BGR, NCHW, 0 to 255; crop 80x80, box grown by " + scale))
                        .licence("Apache-2.0")
                        .origin("passive liveness, face box grown " + scale + " times; github.com/minivision-ai/"
                                + "Silent-Face-Anti-Spoofing at b6d5f04a")
                        .build(),
                networks);
    }

    private static Network torch(String model, String name, Function<Weights, ModelProto> conversion) {
        List<SourceFile> sources = SourceFile.list(model + "-" + name);
        return new Network(name, sources, files -> conversion.apply(TorchWeights.read(files.get(0))));
    }

    /**
     * What an embedding depends on besides the weights. Calibrations hold for a digest, so this text stays as it is for
     * as long as the preprocessing does.
     */
    static String contract(CropSpec crop) {
        StringJoiner points = new StringJoiner(", ", "[", "]");
        for (Point point : crop.template().points()) {
            points.add("Point[x=" + point.x() + ", y=" + point.y() + "]");
        }
        return PIXELS + "; crop " + crop.width() + "x" + crop.height() + "; landmarks " + points;
    }

    /** Finishes a description with the calibrations that are shipped for it. */
    private static ModelDescription calibrated(String model, ModelDescription.Builder builder) {
        ShippedCalibrations.of(model).forEach(builder::calibration);
        return builder.build();
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Catalogue.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the resource " + name + " can't be read", e);
        }
    }

    private static String digest(List<Network> networks, String contract) {
        String sources = networks.stream()
                .flatMap(network -> network.sources().stream())
                .map(source -> source.sha256() + " " + source.name())
                .collect(Collectors.joining("\n"));
        return digest(sources, contract);
    }

    /** Stands for weights, preprocessing and conversion together. */
    static String digest(String sources, String contract) {
        return Hashes.of(String.join("\n", sources, contract, "converter " + CONVERTER_VERSION));
    }
}

package io.facever.benchmarks;

import ai.onnxruntime.OrtException;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Verification;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each stage on a small and a large photo, and the bare networks on the inputs that the stage gave them. The photos
 * are read from the folder in the system property {@code facever.shared}.
 */
@SuppressWarnings("NullAway.Init") // JMH calls load() before anything else
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class Stages {
    /** 250×250, one face each. */
    private static final String SMALL = "lfw/images/Abel_Pacheco/Abel_Pacheco_0001.jpg";

    private static final String SMALL_OTHER = "lfw/images/Abel_Pacheco/Abel_Pacheco_0004.jpg";

    /** 1200×630, six faces. */
    private static final String LARGE = "photos/multiface.jpg";

    /** How many threads one run of a network may use. */
    @Param({"1", "2"})
    public int threads;

    private FaceVerifier verifier;
    private Path smallFile;
    private Path smallOtherFile;
    private Path largeFile;
    private byte[] smallBytes;
    private byte[] largeBytes;
    private Image small;
    private Image large;
    private Face smallFace;
    private FaceCrop crop;
    private List<FaceCrop> sixteen;
    private Recorder.Replay bareVerify;
    private Recorder.Replay bareDetectSmall;
    private Recorder.Replay bareDetectLarge;
    private Recorder.Replay bareEmbedOne;
    private Recorder.Replay bareEmbedSixteen;

    /** Loads everything, and records what each stage gives to the networks. */
    @Setup
    public void load() throws IOException, OrtException {
        Path shared = Path.of(System.getProperty("facever.shared"));
        smallFile = shared.resolve(SMALL);
        smallOtherFile = shared.resolve(SMALL_OTHER);
        largeFile = shared.resolve(LARGE);
        smallBytes = Files.readAllBytes(smallFile);
        largeBytes = Files.readAllBytes(largeFile);
        verifier = FaceVerifier.builder().threads(threads).build();
        small = verifier.decode(smallFile);
        large = verifier.decode(largeFile);
        smallFace = verifier.detect(small).get(0);
        crop = verifier.align(small, smallFace);
        sixteen = Collections.nCopies(16, crop);

        Recorder recorder = new Recorder();
        try (FaceVerifier recorded =
                FaceVerifier.builder().engine(recorder).threads(threads).build()) {
            recorded.verify(smallFile, smallOtherFile);
            bareVerify = new Recorder.Replay(recorder.take(), threads);
            recorded.detect(small);
            bareDetectSmall = new Recorder.Replay(recorder.take(), threads);
            recorded.detect(large);
            bareDetectLarge = new Recorder.Replay(recorder.take(), threads);
            recorded.embedAll(List.of(crop));
            bareEmbedOne = new Recorder.Replay(recorder.take(), threads);
            recorded.embedAll(sixteen);
            bareEmbedSixteen = new Recorder.Replay(recorder.take(), threads);
        }
    }

    /** Frees everything. */
    @TearDown
    public void free() throws OrtException {
        verifier.close();
        bareVerify.close();
        bareDetectSmall.close();
        bareDetectLarge.close();
        bareEmbedOne.close();
        bareEmbedSixteen.close();
    }

    /** Decoding 250×250. */
    @Benchmark
    public Image decodeSmall() {
        return verifier.decode(smallBytes);
    }

    /** Decoding 1200×630. */
    @Benchmark
    public Image decodeLarge() {
        return verifier.decode(largeBytes);
    }

    /** The same through ImageIO alone. */
    @Benchmark
    public BufferedImage bareDecodeLarge() throws IOException {
        return ImageIO.read(new ByteArrayInputStream(largeBytes));
    }

    /** Detection on 250×250. */
    @Benchmark
    public List<Face> detectSmall() {
        return verifier.detect(small);
    }

    /** The networks of that alone. */
    @Benchmark
    public int bareDetectSmall() throws OrtException {
        return bareDetectSmall.run();
    }

    /** Detection on 1200×630 with six faces. */
    @Benchmark
    public List<Face> detectLarge() {
        return verifier.detect(large);
    }

    /** The networks of that alone. */
    @Benchmark
    public int bareDetectLarge() throws OrtException {
        return bareDetectLarge.run();
    }

    /** Cutting one crop. */
    @Benchmark
    public FaceCrop align() {
        return verifier.align(small, smallFace);
    }

    /** Embedding one crop. */
    @Benchmark
    public List<Embedding> embedOne() {
        return verifier.embedAll(List.of(crop));
    }

    /** The network of that alone. */
    @Benchmark
    public int bareEmbedOne() throws OrtException {
        return bareEmbedOne.run();
    }

    /** Embedding sixteen crops. */
    @Benchmark
    public List<Embedding> embedSixteen() {
        return verifier.embedAll(sixteen);
    }

    /** The network of that alone. */
    @Benchmark
    public int bareEmbedSixteen() throws OrtException {
        return bareEmbedSixteen.run();
    }

    /** Two files of 250×250 to a decision. */
    @Benchmark
    public Verification verify() {
        return verifier.verify(smallFile, smallOtherFile);
    }

    /** The networks of that alone. */
    @Benchmark
    public int bareVerify() throws OrtException {
        return bareVerify.run();
    }

    /** Decoding of that alone. */
    @Benchmark
    public int verifyDecode() {
        return verifier.decode(smallFile).width()
                + verifier.decode(smallOtherFile).width();
    }
}

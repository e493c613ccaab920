package io.facever.benchmarks;

import ai.onnxruntime.OrtException;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/** Each stage on a small and a large photo, and the bare networks on the inputs that the stage gave them. */
@SuppressWarnings("NullAway.Init") // JMH calls load() before anything else
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class Stages {
    static final String DEFAULT_MODEL = "facenet-vggface2";

    /** How many threads one run of a network may use. */
    @Param({"1", "2"})
    public int threads;

    /** Which embedding model; {@code -p model=…} takes others. */
    @Param(DEFAULT_MODEL)
    public String model;

    private FaceVerifier verifier;
    private Path smallFile;
    private Path smallOtherFile;
    private Path largeFile;
    private Image small;
    private Image large;
    private Face smallFace;
    private FaceCrop crop;
    private List<FaceCrop> sixteen;
    private Recorder.Replay bareVerifySmall;
    private Recorder.Replay bareVerifyLarge;
    private Recorder.Replay bareDetectSmall;
    private Recorder.Replay bareDetectLarge;
    private Recorder.Replay bareEmbedOne;
    private Recorder.Replay bareEmbedSixteen;

    /** Loads everything, and records what each stage gives to the networks. */
    @Setup
    public void load() throws IOException, OrtException {
        Inputs inputs = new Inputs();
        smallFile = inputs.small();
        smallOtherFile = inputs.smallOther();
        largeFile = inputs.large();
        verifier = FaceVerifier.builder().model(model).threads(threads).build();
        small = verifier.decode(smallFile);
        large = verifier.decode(largeFile);
        smallFace = verifier.detect(small).get(0);
        crop = verifier.align(small, smallFace);
        sixteen = Collections.nCopies(16, crop);

        Recorder recorder = new Recorder();
        try (FaceVerifier recorded = FaceVerifier.builder()
                .engine(recorder)
                .model(model)
                .threads(threads)
                .build()) {
            recorded.verify(smallFile, smallOtherFile);
            bareVerifySmall = new Recorder.Replay(recorder.take(), threads);
            recorded.verify(largeFile, largeFile);
            bareVerifyLarge = new Recorder.Replay(recorder.take(), threads);
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
        for (Recorder.Replay bare : List.of(
                bareVerifySmall, bareVerifyLarge, bareDetectSmall, bareDetectLarge, bareEmbedOne, bareEmbedSixteen)) {
            bare.close();
        }
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
    public Verification verifySmall() {
        return verifier.verify(smallFile, smallOtherFile);
    }

    /** The networks of that alone. */
    @Benchmark
    public int bareVerifySmall() throws OrtException {
        return bareVerifySmall.run();
    }

    /** Decoding of that alone. */
    @Benchmark
    public int decodeVerifySmall() {
        return verifier.decode(smallFile).width()
                + verifier.decode(smallOtherFile).width();
    }

    /** Two files of 1200×630 to a decision. */
    @Benchmark
    public Verification verifyLarge() {
        return verifier.verify(largeFile, largeFile);
    }

    /** The networks of that alone. */
    @Benchmark
    public int bareVerifyLarge() throws OrtException {
        return bareVerifyLarge.run();
    }

    /** Decoding of that alone. */
    @Benchmark
    public int decodeVerifyLarge() {
        return verifier.decode(largeFile).width() + verifier.decode(largeFile).width();
    }
}

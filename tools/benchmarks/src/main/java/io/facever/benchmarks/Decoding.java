package io.facever.benchmarks;

import io.facever.FaceVerifier;
import io.facever.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From the bytes of a JPEG file to upright RGB. */
@SuppressWarnings("NullAway.Init") // JMH calls load() before anything else
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class Decoding {
    private FaceVerifier verifier;
    private byte[] small;
    private byte[] large;
    private byte[] threeMegapixels;
    private byte[] turned;

    /** Reads the files. */
    @Setup
    public void load() throws IOException {
        Inputs inputs = new Inputs();
        verifier = FaceVerifier.builder().build();
        small = Files.readAllBytes(inputs.small());
        large = Files.readAllBytes(inputs.large());
        threeMegapixels = Files.readAllBytes(inputs.threeMegapixels());
        turned = Files.readAllBytes(inputs.threeMegapixelsTurned());
    }

    /** Closes the verifier. */
    @TearDown
    public void free() {
        verifier.close();
    }

    /** 250×250. */
    @Benchmark
    public Image decodeSmall() {
        return verifier.decode(small);
    }

    /** 1200×630. */
    @Benchmark
    public Image decodeLarge() {
        return verifier.decode(large);
    }

    /** 3 megapixels. */
    @Benchmark
    public Image decode3Megapixels() {
        return verifier.decode(threeMegapixels);
    }

    /** 3 megapixels, to be turned. */
    @Benchmark
    public Image decode3MegapixelsTurned() {
        return verifier.decode(turned);
    }

    /** 3 megapixels through ImageIO alone: neither turned nor put into one array of RGB. */
    @Benchmark
    public BufferedImage imageIo3Megapixels() throws IOException {
        return ImageIO.read(new ByteArrayInputStream(threeMegapixels));
    }
}

package io.facever.mtcnn;

import io.facever.Box;
import io.facever.Detector;
import io.facever.Face;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Point;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The cascade. Each call takes a workspace from a pool, so that calls share nothing but the networks. */
final class MtcnnDetector implements Detector {
    static final String MODEL = "mtcnn";

    private static final int CHANNELS = 3;

    /** Pixels between two cells of P-Net's output. */
    private static final int STRIDE = 2;

    private static final int REFINEMENT_SIZE = 24;
    private static final int OUTPUT_SIZE = 48;

    /** Most crops in one run; bounds the memory of photos with many candidates. */
    private static final int MAX_BATCH = 128;

    /**
     * A reduced photo serves for crops that it still has this often the pixels of, along each side: finer ones would be
     * averaged away. Its whole pixels then move a box by no more than an eighth of a pixel of the crop.
     */
    private static final int ENOUGH_DETAIL = 8;

    private static final double OVERLAP_IN_SCALE = 0.5;
    private static final double OVERLAP_ACROSS = 0.7;

    private final Mtcnn settings;
    private final InferenceSession proposalNetwork;
    private final InferenceSession refinementNetwork;
    private final InferenceSession outputNetwork;
    /** More calls at once than processors gain nothing, so their memory is not worth keeping. */
    private final BlockingQueue<Workspace> workspaces =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    private MtcnnDetector(Mtcnn settings, List<InferenceSession> networks) {
        this.settings = settings;
        this.proposalNetwork = networks.get(0);
        this.refinementNetwork = networks.get(1);
        this.outputNetwork = networks.get(2);
    }

    static MtcnnDetector open(Mtcnn settings, StageContext context) {
        List<InferenceSession> networks = new ArrayList<>();
        try {
            for (String network : List.of("pnet", "rnet", "onet")) {
                networks.add(context.open(MODEL, network));
            }
            return new MtcnnDetector(settings, networks);
        } catch (RuntimeException | Error e) {
            networks.forEach(InferenceSession::close);
            throw e;
        }
    }

    /** What one call works with; reused by later calls. */
    private static final class Workspace {
        /** The photo as P-Net sees it: reduced, if it is larger than {@link Mtcnn#maxDetectionSize(int)}. */
        private final PixelSums pixels = new PixelSums();

        /** The photo itself, if it was reduced. */
        private final PixelSums whole = new PixelSums(0);

        /** Pixels of the photo for one of what P-Net sees; 1 if it was not reduced. */
        private double reduction = 1;

        private final Candidates scale = new Candidates();
        private final Candidates all = new Candidates();
        private FloatBuffer input = Tensor.allocateBuffer(1);
        private FloatBuffer regression = Tensor.allocateBuffer(1);
        private FloatBuffer probability = Tensor.allocateBuffer(1);
        private FloatBuffer landmarks = Tensor.allocateBuffer(1);

        void use(Image image, int maxSize) {
            int longer = Math.max(image.width(), image.height());
            reduction = Math.max(1, (double) longer / maxSize);
            if (reduction > 1) {
                whole.use(image);
                pixels.use(whole.resized(reduced(image.width()), reduced(image.height())));
            } else {
                pixels.use(image);
            }
        }

        private int reduced(int side) {
            return Math.max(1, (int) Math.round(side / reduction));
        }

        void release() {
            pixels.release();
            whole.release();
        }

        private static FloatBuffer room(FloatBuffer buffer, int count) {
            FloatBuffer enough = buffer.capacity() >= count ? buffer : Tensor.allocateBuffer(count);
            enough.clear().limit(count);
            return enough;
        }
    }

    @Override
    public String id() {
        return settings.id();
    }

    @Override
    public List<Face> detect(Image image) {
        Lock lock = life.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this detector is closed; see docs/errors.md#closed");
            }
            Workspace free = workspaces.poll();
            Workspace work = free == null ? new Workspace() : free;
            List<Face> faces = detect(image, work);
            // not after a failure: what that leaves behind is not looked into
            work.release();
            workspaces.offer(work);
            return faces;
        } finally {
            lock.unlock();
        }
    }

    /** The same networks with {@link Mtcnn#lenient} thresholds; its workspace is not kept, as this is seldom needed. */
    @Override
    public List<Face> detectAgain(Image image) {
        Lock lock = life.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this detector is closed; see docs/errors.md#closed");
            }
            return new MtcnnDetector(settings.lenient(), List.of(proposalNetwork, refinementNetwork, outputNetwork))
                    .detect(image);
        } finally {
            lock.unlock();
        }
    }

    private List<Face> detect(Image image, Workspace work) {
        work.use(image, settings.maxDetectionSize());
        work.all.clear();
        propose(image, work);
        if (work.all.size() > 0) {
            refine(image, work);
        }
        return work.all.size() > 0 ? finish(image, work) : List.of();
    }

    /** P-Net on each image of the pyramid. */
    private void propose(Image image, Workspace work) {
        double scale = settings.firstScale();
        for (double side = Math.min(image.width(), image.height()) * scale;
                side >= Mtcnn.CELL;
                side *= settings.scaleFactor()) {
            // the steps stay where they are without a reduction, so that it changes little about larger faces
            if (scale * work.reduction <= settings.firstScale()) {
                proposeAt(scale, (int) (image.width() * scale + 1), (int) (image.height() * scale + 1), work);
            }
            scale *= settings.scaleFactor();
        }
        work.all.suppress(OVERLAP_ACROSS, Candidates.Overlap.UNION);
        work.all.regress(0);
        work.all.square();
    }

    private void proposeAt(double scale, int width, int height, Workspace work) {
        work.input = Workspace.room(work.input, CHANNELS * width * height);
        work.pixels.resize(0, 0, work.pixels.width(), work.pixels.height(), width, height, work.input, 0);
        int columns = cells(width);
        int rows = cells(height);
        int count = columns * rows;
        work.regression = Workspace.room(work.regression, Candidates.EDGES * count);
        work.probability = Workspace.room(work.probability, 2 * count);
        proposalNetwork.run(
                Map.of("input", Tensor.of(work.input, 1, CHANNELS, height, width)),
                Map.of(
                        "regression", Tensor.of(work.regression, 1, Candidates.EDGES, rows, columns),
                        "probability", Tensor.of(work.probability, 1, 2, rows, columns)));
        work.scale.clear();
        for (int cell = 0; cell < count; cell++) {
            float score = work.probability.get(count + cell);
            if (score >= settings.proposalThreshold()) {
                int x = STRIDE * (cell % columns);
                int y = STRIDE * (cell / columns);
                int added = work.scale.add(
                        Math.floor((x + 1) / scale),
                        Math.floor((y + 1) / scale),
                        Math.floor((x + Mtcnn.CELL) / scale),
                        Math.floor((y + Mtcnn.CELL) / scale),
                        score);
                for (int edge = 0; edge < Candidates.EDGES; edge++) {
                    work.scale.setRegression(added, edge, work.regression.get(edge * count + cell));
                }
            }
        }
        work.scale.suppress(OVERLAP_IN_SCALE, Candidates.Overlap.UNION);
        for (int i = 0; i < work.scale.size(); i++) {
            work.all.addFrom(work.scale, i);
        }
    }

    /** Cells of P-Net's output along a side: convolution 3, pooling 2 (rounding up), convolutions 3 and 3. */
    static int cells(int pixels) {
        return (pixels - 2 + 1) / 2 - 4;
    }

    /** R-Net on the proposals. */
    private void refine(Image image, Workspace work) {
        run(refinementNetwork, REFINEMENT_SIZE, false, image, work);
        work.all.keepAbove(settings.refinementThreshold());
        work.all.suppress(OVERLAP_ACROSS, Candidates.Overlap.UNION);
        work.all.regress(1);
        work.all.square();
    }

    /** O-Net on what R-Net left. */
    private List<Face> finish(Image image, Workspace work) {
        run(outputNetwork, OUTPUT_SIZE, true, image, work);
        work.all.keepAbove(settings.outputThreshold());
        work.all.regress(1);
        work.all.suppress(OVERLAP_ACROSS, Candidates.Overlap.MINIMUM);
        List<Face> faces = new ArrayList<>(work.all.size());
        for (int i = 0; i < work.all.size(); i++) {
            faces.add(face(work.all, i));
        }
        return List.copyOf(faces);
    }

    private static Face face(Candidates boxes, int index) {
        List<Point> points = new ArrayList<>(Landmarks.COUNT);
        for (int i = 0; i < Landmarks.COUNT; i++) {
            points.add(new Point(boxes.point(index, i), boxes.point(index, Landmarks.COUNT + i)));
        }
        return new Face(
                new Box(boxes.edge(index, 0), boxes.edge(index, 1), boxes.edge(index, 2), boxes.edge(index, 3)),
                // a softmax may round to a little more than 1
                Math.min(1, boxes.score(index)),
                Landmarks.of(points));
    }

    /** Runs a network on the crops of all candidates and gives them its score, regression and points. */
    private static void run(InferenceSession network, int side, boolean withLandmarks, Image image, Workspace work) {
        Candidates boxes = work.all;
        dropOutside(boxes, image);
        for (int from = 0; from < boxes.size(); from += MAX_BATCH) {
            int count = Math.min(MAX_BATCH, boxes.size() - from);
            int length = CHANNELS * side * side;
            work.input = Workspace.room(work.input, count * length);
            work.regression = Workspace.room(work.regression, count * Candidates.EDGES);
            work.probability = Workspace.room(work.probability, count * 2);
            work.landmarks = Workspace.room(work.landmarks, count * 2 * Landmarks.COUNT);
            for (int i = 0; i < count; i++) {
                crop(boxes, from + i, image, side, work, i * length);
            }
            Tensor regression = Tensor.of(work.regression, count, Candidates.EDGES);
            Tensor probability = Tensor.of(work.probability, count, 2);
            network.run(
                    Map.of("input", Tensor.of(work.input, count, CHANNELS, side, side)),
                    withLandmarks
                            ? Map.of(
                                    "regression", regression,
                                    "probability", probability,
                                    "landmarks", Tensor.of(work.landmarks, count, 2 * Landmarks.COUNT))
                            : Map.of("regression", regression, "probability", probability));
            for (int i = 0; i < count; i++) {
                boxes.setScore(from + i, work.probability.get(2 * i + 1));
                for (int edge = 0; edge < Candidates.EDGES; edge++) {
                    boxes.setRegression(from + i, edge, work.regression.get(Candidates.EDGES * i + edge));
                }
                if (withLandmarks) {
                    readLandmarks(boxes, from + i, work.landmarks, 2 * Landmarks.COUNT * i);
                }
            }
        }
    }

    /** Landmarks are fractions of the box that was looked at; its edges count from 1, landmarks from 0. */
    private static void readLandmarks(Candidates boxes, int index, FloatBuffer landmarks, int offset) {
        double left = boxes.edge(index, 0) - 1;
        double top = boxes.edge(index, 1) - 1;
        double width = boxes.edge(index, 2) - boxes.edge(index, 0) + 1;
        double height = boxes.edge(index, 3) - boxes.edge(index, 1) + 1;
        for (int i = 0; i < Landmarks.COUNT; i++) {
            boxes.setPoint(index, i, left + width * landmarks.get(offset + i));
            boxes.setPoint(index, Landmarks.COUNT + i, top + height * landmarks.get(offset + Landmarks.COUNT + i));
        }
    }

    /** Drops boxes of which no pixel is in the image. */
    private static void dropOutside(Candidates boxes, Image image) {
        for (int i = 0; i < boxes.size(); i++) {
            if (right(boxes, i, image) <= left(boxes, i) || bottom(boxes, i, image) <= top(boxes, i)) {
                boxes.setScore(i, -1);
            }
        }
        boxes.keepAbove(-1);
    }

    /** First column inside box and image, counted from 0. */
    private static int left(Candidates boxes, int index) {
        return Math.max(1, (int) boxes.edge(index, 0)) - 1;
    }

    private static int top(Candidates boxes, int index) {
        return Math.max(1, (int) boxes.edge(index, 1)) - 1;
    }

    /** Column after the last inside box and image, counted from 0. */
    private static int right(Candidates boxes, int index, Image image) {
        return Math.min(image.width(), (int) boxes.edge(index, 2));
    }

    private static int bottom(Candidates boxes, int index, Image image) {
        return Math.min(image.height(), (int) boxes.edge(index, 3));
    }

    /** The part of the box that is in the image, resized; nothing is added where it reaches beyond. */
    private static void crop(Candidates boxes, int index, Image image, int side, Workspace work, int offset) {
        int left = left(boxes, index);
        int top = top(boxes, index);
        int right = right(boxes, index, image);
        int bottom = bottom(boxes, index, image);
        PixelSums source = work.reduction > 1 ? work.whole : work.pixels;
        if (Math.min(right - left, bottom - top) >= ENOUGH_DETAIL * side * work.reduction) {
            source = work.pixels;
            left = work.reduced(left);
            top = work.reduced(top);
            right = Math.min(work.reduced(right), source.width());
            bottom = Math.min(work.reduced(bottom), source.height());
        }
        source.resize(left, top, right - left, bottom - top, side, side, work.input, offset);
    }

    @Override
    public void close() {
        Lock lock = life.writeLock();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            workspaces.clear();
            try (outputNetwork;
                    refinementNetwork) {
                proposalNetwork.close();
            }
        } finally {
            lock.unlock();
        }
    }
}

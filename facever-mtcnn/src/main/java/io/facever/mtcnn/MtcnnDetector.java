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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The cascade. Each call takes a workspace from a pool, so that calls share nothing but the networks. On the processor
 * each network gets its work in parts, for two reasons: what the layers of a part hand on stays in the processor's
 * cache, and parts are done on all idle processors, which share out better among parts than inside a run.
 */
final class MtcnnDetector implements Detector {
    static final String MODEL = "mtcnn";

    /** Sessions of P-Net on the processor: seldom more parts than this are done at once, and each takes memory. */
    private static final int MOST_PROPOSERS = 4;

    private static final int CHANNELS = 3;

    /** Pixels between two cells of P-Net's output. */
    private static final int STRIDE = 2;

    private static final int REFINEMENT_SIZE = 24;
    private static final int OUTPUT_SIZE = 48;

    /** Pixels of an image between the first row of one row of cells and that of the next. */
    private static final int SEEN_BEYOND = Mtcnn.CELL - STRIDE;

    /** Rows of a reduced photo that are made in one part. */
    private static final int REDUCED_ROWS = 64;

    /** Rows of cells of a strip at least, however wide: with less, most of the work would be done twice. */
    private static final int MIN_ROWS = 16;

    /**
     * A reduced photo serves for crops that it still has this often the pixels of, along each side: finer ones would be
     * averaged away. Its whole pixels then move a box by no more than an eighth of a pixel of the crop.
     */
    private static final int ENOUGH_DETAIL = 8;

    /** Sizes of runs that a desk keeps the tensors of: those of some photos' pyramids, and all counts of crops. */
    private static final int MOST_RUNS = 128;

    /** What a network says of a cell or crop: the logit of a face against none, and the regression of each edge. */
    private static final int NUMBERS = 1 + Candidates.EDGES;

    private static final double OVERLAP_IN_SCALE = 0.5;
    private static final double OVERLAP_ACROSS = 0.7;

    private final Mtcnn settings;
    private final StageContext context;

    /** P-Net, R-Net, O-Net, and P-Net again as often as {@link PartSizes#proposers()} says. */
    private final List<InferenceSession> networks;

    private final List<InferenceSession> proposers;
    private final PartSizes sizes;
    private final AtomicInteger desksMade = new AtomicInteger();

    /** More calls or parts at once than processors gain nothing, so their memory is not worth keeping. */
    private final Pool<Workspace> workspaces = new Pool<>(Workspace::new);

    private final Pool<Desk> desks = new Pool<>(this::newDesk);

    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    private MtcnnDetector(Mtcnn settings, StageContext context, List<InferenceSession> networks) {
        this.settings = settings;
        this.context = context;
        this.networks = networks;
        this.proposers = Stream.concat(
                        Stream.of(networks.get(0)), networks.stream().skip(3))
                .toList();
        this.sizes = PartSizes.of(networks.get(0).provider());
    }

    static MtcnnDetector open(Mtcnn settings, StageContext context) {
        List<InferenceSession> networks = new ArrayList<>();
        try {
            for (String network : List.of("pnet", "rnet", "onet")) {
                networks.add(context.openForParts(MODEL, network));
            }
            int proposers = PartSizes.of(networks.get(0).provider()).proposers();
            for (int i = 1; i < proposers; i++) {
                networks.add(context.openForParts(MODEL, "pnet"));
            }
            return new MtcnnDetector(settings, context, List.copyOf(networks));
        } catch (RuntimeException | Error e) {
            try {
                closeAll(networks);
            } catch (RuntimeException failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }

    /**
     * How much one run of a network gets.
     *
     * @param pixels of P-Net's input, about
     * @param refined most crops of R-Net
     * @param finished most crops of O-Net
     * @param atOnce whether parts may be done at the same time
     */
    private record PartSizes(int pixels, int refined, int finished, boolean atOnce) {
        /** Measured on the processor; a GPU wants few large runs. */
        static PartSizes of(String provider) {
            return provider.equals("cpu")
                    ? new PartSizes(1 << 15, 32, 4, true)
                    : new PartSizes(Integer.MAX_VALUE, 128, 128, false);
        }

        /**
         * How many sessions of P-Net there are. Two runs of one session at the same time lend each other its memory,
         * which then lies in the cache of the other processor: P-Net takes up to a third longer then. With
         * the other networks more than once too, detection took longer in quiet minutes.
         */
        int proposers() {
            return atOnce ? Math.min(MOST_PROPOSERS, Runtime.getRuntime().availableProcessors()) : 1;
        }

        /** In how many parts to do crops; an even number, so that two threads end together. */
        int parts(int crops, int most) {
            int needed = (crops + most - 1) / most;
            return atOnce ? Math.min(crops, (needed + 1) / 2 * 2) : needed;
        }
    }

    /** Things that are lent out and come back, at most as many as there are processors. */
    private static final class Pool<T> {
        private final BlockingQueue<T> free =
                new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
        private final Supplier<T> maker;

        Pool(Supplier<T> maker) {
            this.maker = maker;
        }

        T take() {
            T lent = free.poll();
            return lent == null ? maker.get() : lent;
        }

        /** Not after a failure: what that leaves behind is not looked into. */
        void putBack(T lent) {
            free.offer(lent);
        }

        void clear() {
            free.clear();
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

        private final List<Strip> strips = new ArrayList<>();

        /** One for each strip that there ever was. */
        private final List<Candidates> found = new ArrayList<>();

        /** For each scale, the first of its strips. */
        private final List<Integer> scales = new ArrayList<>();

        private final Candidates all = new Candidates();

        private int reduced(int side) {
            return Math.max(1, (int) Math.round(side / reduction));
        }

        void addStrip(double scale, int width, int height, int fromRow, int toRow) {
            if (strips.size() == found.size()) {
                found.add(new Candidates());
            }
            Candidates room = found.get(strips.size());
            room.clear();
            strips.add(new Strip(scale, width, height, fromRow, toRow, room));
        }

        void release() {
            pixels.release();
            whole.release();
        }
    }

    /**
     * Some rows of cells of P-Net's output at one scale, and what it finds there.
     *
     * @param width of the whole image of this scale
     * @param height of the whole image of this scale
     * @param toRow the one after the last
     */
    private record Strip(double scale, int width, int height, int fromRow, int toRow, Candidates found) {
        /** First row of pixels that its cells see. */
        int fromPixel() {
            return STRIDE * fromRow;
        }

        /** Row after the last that its cells see; P-Net's pooling leaves out no odd row at the bottom of the image. */
        int toPixel() {
            return toRow == cells(height) ? height : STRIDE * toRow + SEEN_BEYOND;
        }
    }

    /** What one part is done with; reused by later parts. */
    private static final class Desk {
        private final PixelSums.Reader reader = new PixelSums.Reader();

        /** A P-Net that no other desk uses while there are enough. */
        private final InferenceSession proposer;

        private FloatBuffer input = Tensor.allocateBuffer(1);
        private FloatBuffer output = Tensor.allocateBuffer(1);

        /** Runs over the buffers above, as most sizes come again. */
        private final Map<Size, Run> runs = new HashMap<>();

        Desk(InferenceSession proposer) {
            this.proposer = proposer;
        }

        private FloatBuffer room(FloatBuffer buffer, int count) {
            FloatBuffer enough = buffer;
            if (buffer.capacity() < count) {
                enough = Tensor.allocateBuffer(count);
                runs.clear();
            }
            enough.clear().limit(count);
            return enough;
        }

        /** The tensors of a run, over buffers that have room for it. */
        Run run(Size size, Supplier<Run> maker) {
            Run known = runs.get(size);
            if (known != null) {
                return known;
            }
            if (runs.size() == MOST_RUNS) {
                runs.clear();
            }
            Run made = maker.get();
            runs.put(size, made);
            return made;
        }
    }

    /**
     * What a network takes in a run.
     *
     * @param count how many images
     */
    private record Size(InferenceSession network, int count, int height, int width) {}

    /** The tensors of one run. */
    private record Run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        static Run of(Tensor input, Tensor output) {
            return new Run(Map.of("input", input), Map.of("output", output));
        }

        void on(InferenceSession network) {
            network.run(inputs, outputs);
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
            Workspace work = workspaces.take();
            List<Face> faces = detect(image, work);
            work.release();
            workspaces.putBack(work);
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
            return new MtcnnDetector(settings.lenient(), context, networks).detect(image);
        } finally {
            lock.unlock();
        }
    }

    private List<Face> detect(Image image, Workspace work) {
        take(image, work);
        work.all.clear();
        propose(image, work);
        if (work.all.size() > 0) {
            refine(image, work);
        }
        return work.all.size() > 0 ? finish(image, work) : List.of();
    }

    private void take(Image image, Workspace work) {
        int longer = Math.max(image.width(), image.height());
        work.reduction = Math.max(1, (double) longer / settings.maxDetectionSize());
        PixelSums.Parts parts = (count, part) -> forEachPart(count, (desk, number) -> part.accept(desk.reader, number));
        if (work.reduction > 1) {
            work.whole.use(image, parts);
            work.pixels.use(reduced(image, work), parts);
        } else {
            work.pixels.use(image, parts);
        }
    }

    private Image reduced(Image image, Workspace work) {
        int width = work.reduced(image.width());
        int height = work.reduced(image.height());
        int parts = (height + REDUCED_ROWS - 1) / REDUCED_ROWS;
        return Image.ofPixels(
                width,
                height,
                rgb -> forEachPart(parts, (desk, part) -> desk.reader
                        .on(work.whole)
                        .roundRows(width, height, part * height / parts, (part + 1) * height / parts, rgb)));
    }

    private Desk newDesk() {
        return new Desk(proposers.get(Math.floorMod(desksMade.getAndIncrement(), proposers.size())));
    }

    /** Does parts of a call, each at a desk. */
    private void forEachPart(int count, ObjIntConsumer<Desk> part) {
        IntConsumer atDesk = number -> {
            Desk desk = desks.take();
            part.accept(desk, number);
            desks.putBack(desk);
        };
        if (sizes.atOnce()) {
            context.forEachPart(count, atDesk);
        } else {
            IntStream.range(0, count).forEach(atDesk);
        }
    }

    /** P-Net on each image of the pyramid. */
    private void propose(Image image, Workspace work) {
        work.strips.clear();
        work.scales.clear();
        double scale = settings.firstScale();
        for (double side = Math.min(image.width(), image.height()) * scale;
                side >= Mtcnn.CELL;
                side *= settings.scaleFactor()) {
            // the steps stay where they are without a reduction, so that it changes little about larger faces
            if (scale * work.reduction <= settings.firstScale()) {
                cut(scale, (int) (image.width() * scale + 1), (int) (image.height() * scale + 1), work);
            }
            scale *= settings.scaleFactor();
        }
        forEachPart(work.strips.size(), (desk, number) -> proposeIn(work.strips.get(number), work.pixels, desk));
        forEachPart(work.scales.size(), (desk, number) -> suppressIn(number, work));
        for (int first : work.scales) {
            work.all.addAllFrom(work.strips.get(first).found);
        }
        work.all.suppress(OVERLAP_ACROSS, Candidates.Overlap.UNION);
        work.all.regress(0);
        work.all.square();
    }

    /** Cuts the image of one scale into strips of about the same height, which depends on nothing but its size. */
    private void cut(double scale, int width, int height, Workspace work) {
        int rows = cells(height);
        int most = Math.max(MIN_ROWS, (sizes.pixels() / width - SEEN_BEYOND) / STRIDE);
        int count = (rows + most - 1) / most;
        work.scales.add(work.strips.size());
        for (int i = 0; i < count; i++) {
            work.addStrip(scale, width, height, i * rows / count, (i + 1) * rows / count);
        }
    }

    private void proposeIn(Strip strip, PixelSums pixels, Desk desk) {
        int height = strip.toPixel() - strip.fromPixel();
        desk.input = desk.room(desk.input, CHANNELS * strip.width * height);
        desk.reader.on(pixels).resizeRows(strip.width, strip.height, strip.fromPixel(), strip.toPixel(), desk.input, 0);
        int columns = cells(strip.width);
        int rows = strip.toRow - strip.fromRow;
        int count = columns * rows;
        desk.output = desk.room(desk.output, NUMBERS * count);
        InferenceSession network = desk.proposer;
        desk.run(
                        new Size(network, 1, height, strip.width),
                        () -> Run.of(
                                Tensor.of(desk.input, 1, CHANNELS, height, strip.width),
                                Tensor.of(desk.output, 1, NUMBERS, rows, columns)))
                .on(network);
        double least = Math.log(settings.proposalThreshold() / (1 - settings.proposalThreshold()));
        for (int cell = 0; cell < count; cell++) {
            float logit = desk.output.get(cell);
            if (logit >= least) {
                int x = STRIDE * (cell % columns);
                int y = STRIDE * (strip.fromRow + cell / columns);
                int added = strip.found.add(
                        Math.floor((x + 1) / strip.scale),
                        Math.floor((y + 1) / strip.scale),
                        Math.floor((x + Mtcnn.CELL) / strip.scale),
                        Math.floor((y + Mtcnn.CELL) / strip.scale),
                        score(logit));
                for (int edge = 0; edge < Candidates.EDGES; edge++) {
                    strip.found.setRegression(added, edge, desk.output.get((1 + edge) * count + cell));
                }
            }
        }
    }

    /** Suppression within one scale; the first of its strips takes what all of them found. */
    private static void suppressIn(int number, Workspace work) {
        int first = work.scales.get(number);
        int end = number + 1 < work.scales.size() ? work.scales.get(number + 1) : work.strips.size();
        Candidates found = work.strips.get(first).found;
        for (int strip = first + 1; strip < end; strip++) {
            found.addAllFrom(work.strips.get(strip).found);
        }
        found.suppress(OVERLAP_IN_SCALE, Candidates.Overlap.UNION);
    }

    /**
     * Probability of a face: the softmax of both classes, of which the logit is the difference. In single precision, as
     * in the implementation that the golden detections come from: near 1 the same scores are equal then, and of equal
     * scores the first stays.
     */
    private static float score(float logit) {
        return 1 / (1 + (float) Math.exp(-logit));
    }

    /** Cells of P-Net's output along a side: convolution 3, pooling 2 (rounding up), convolutions 3 and 3. */
    static int cells(int pixels) {
        return (pixels - 2 + 1) / 2 - 4;
    }

    /** R-Net on the proposals. */
    private void refine(Image image, Workspace work) {
        run(networks.get(1), REFINEMENT_SIZE, sizes.refined(), false, image, work);
        work.all.keepAbove(settings.refinementThreshold());
        work.all.suppress(OVERLAP_ACROSS, Candidates.Overlap.UNION);
        work.all.regress(1);
        work.all.square();
    }

    /** O-Net on what R-Net left. */
    private List<Face> finish(Image image, Workspace work) {
        run(networks.get(2), OUTPUT_SIZE, sizes.finished(), true, image, work);
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
                boxes.score(index),
                Landmarks.of(points));
    }

    /** Runs R-Net or O-Net on the crops of all candidates and gives them its score, regression and points. */
    private void run(InferenceSession network, int side, int most, boolean withLandmarks, Image image, Workspace work) {
        dropOutside(work.all, image);
        int crops = work.all.size();
        int parts = sizes.parts(crops, most);
        forEachPart(parts, (desk, part) -> {
            int from = part * crops / parts;
            run(network, side, withLandmarks, image, work, desk, from, (part + 1) * crops / parts - from);
        });
    }

    private static void run(
            InferenceSession network,
            int side,
            boolean withLandmarks,
            Image image,
            Workspace work,
            Desk desk,
            int from,
            int count) {
        Candidates boxes = work.all;
        int length = CHANNELS * side * side;
        int numbers = withLandmarks ? NUMBERS + 2 * Landmarks.COUNT : NUMBERS;
        desk.input = desk.room(desk.input, count * length);
        desk.output = desk.room(desk.output, count * numbers);
        for (int i = 0; i < count; i++) {
            select(boxes, from + i, image, side, work, desk.reader).resize(side, side, desk.input, i * length);
        }
        desk.run(
                        new Size(network, count, side, side),
                        () -> Run.of(
                                Tensor.of(desk.input, count, CHANNELS, side, side),
                                Tensor.of(desk.output, count, numbers)))
                .on(network);
        for (int i = 0; i < count; i++) {
            int at = numbers * i;
            boxes.setScore(from + i, score(desk.output.get(at)));
            for (int edge = 0; edge < Candidates.EDGES; edge++) {
                boxes.setRegression(from + i, edge, desk.output.get(at + 1 + edge));
            }
            if (withLandmarks) {
                readLandmarks(boxes, from + i, desk.output, at + NUMBERS);
            }
        }
    }

    /** Landmarks are fractions of the box that was looked at; its edges count from 1, landmarks from 0. */
    private static void readLandmarks(Candidates boxes, int index, FloatBuffer output, int offset) {
        double left = boxes.edge(index, 0) - 1;
        double top = boxes.edge(index, 1) - 1;
        double width = boxes.edge(index, 2) - boxes.edge(index, 0) + 1;
        double height = boxes.edge(index, 3) - boxes.edge(index, 1) + 1;
        for (int i = 0; i < Landmarks.COUNT; i++) {
            boxes.setPoint(index, i, left + width * output.get(offset + i));
            boxes.setPoint(index, Landmarks.COUNT + i, top + height * output.get(offset + Landmarks.COUNT + i));
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

    /** The part of the box that is in the image, to be resized; nothing is added where it reaches beyond. */
    private static PixelSums.Reader select(
            Candidates boxes, int index, Image image, int side, Workspace work, PixelSums.Reader reader) {
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
        return reader.on(source, left, top, right - left, bottom - top);
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
            desks.clear();
            closeAll(networks);
        } finally {
            lock.unlock();
        }
    }

    private static void closeAll(List<InferenceSession> networks) {
        RuntimeException failure = null;
        for (InferenceSession network : networks) {
            try {
                network.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}

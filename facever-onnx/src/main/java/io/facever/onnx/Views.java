package io.facever.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.facever.spi.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one run as ONNX Runtime sees them. Each view has native memory until it is closed, and keeps the
 * buffer below from being collected, which stays its owner's. Used by one run at a time.
 */
final class Views implements AutoCloseable {
    /** Room for the tensors of the networks that faces need; for others, maps grow. */
    private static final int MOST_TENSORS = 4;

    final Map<String, OnnxTensor> inputs = new HashMap<>(MOST_TENSORS);
    final Map<String, OnnxTensor> outputs = new HashMap<>(MOST_TENSORS);

    private final int hash;

    /** In the order of the network's names; null for an output that is not asked for. */
    private final @Nullable Tensor[] tensors;

    private long numbersIn;

    /** Whether these were kept before. */
    private boolean known;

    private Views(int hash, int names) {
        this.hash = hash;
        this.tensors = new Tensor[names];
    }

    /** Makes a view; it is closed with the others, whatever happens next. */
    void add(Map<String, OnnxTensor> side, int index, String name, Tensor tensor, long[] shape) throws OrtException {
        tensors[index] = tensor;
        side.put(
                name,
                OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(),
                        tensor.data().duplicate().clear(),
                        shape));
        if (side == inputs) {
            numbersIn += tensor.data().capacity();
        }
    }

    boolean isEmpty() {
        return inputs.isEmpty();
    }

    /** How many numbers the inputs have. */
    long numbersIn() {
        return numbersIn;
    }

    private boolean areOf(Map<String, Tensor> in, Map<String, Tensor> out, List<String> names, int inputCount) {
        int found = 0;
        for (int i = 0; i < tensors.length; i++) {
            Tensor given = (i < inputCount ? in : out).get(names.get(i));
            if (given != tensors[i]) {
                return false;
            }
            found += given == null ? 0 : 1;
        }
        return found == in.size() + out.size();
    }

    /** Frees the views; the buffers stay with their owner. */
    @Override
    public void close() {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
    }

    /**
     * Views of tensors that came twice and so may come again, as new ones are most of what a run would leave to the
     * garbage collector. Tensors made for one run never get here, so that nothing keeps their buffers; nor do large
     * ones. Safe for any number of threads.
     */
    static final class Kept implements AutoCloseable {
        private static final int MOST = 64;

        /** Places at which views may be, from that of their hash. */
        private static final int PLACES = 4;

        /** A megabyte in floats: the parts that detection works in and two crops of an embedder are less. */
        private static final long MOST_NUMBERS = 1 << 18;

        private static final int MOST_SEEN = 1024;

        private final List<String> names;
        private final int inputCount;
        private final @Nullable Views[] kept = new Views[MOST];

        /**
         * Hashes of tensors that came once, each in its place; who takes one tensor for another keeps its views early.
         */
        private final int[] seen = new int[MOST_SEEN];

        /**
         * Nothing yet.
         *
         * @param names of the network's inputs, then of its outputs
         * @param inputCount how many of them are inputs
         */
        Kept(List<String> names, int inputCount) {
            this.names = names;
            this.inputCount = inputCount;
        }

        /** The views of these tensors, which are no other run's until they come back; else new ones, still empty. */
        synchronized Views take(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
            int hash = System.identityHashCode(inputs.get(names.get(0)));
            for (int i = 0; i < PLACES; i++) {
                int place = place(hash, i);
                Views views = kept[place];
                if (views != null && views.areOf(inputs, outputs, names, inputCount)) {
                    kept[place] = null;
                    return views;
                }
            }
            return new Views(hash, names.size());
        }

        /** Keeps views or closes them. */
        synchronized void giveBack(Views views) {
            if (!views.known && (views.numbersIn > MOST_NUMBERS || !cameBefore(views.hash))) {
                views.close();
                return;
            }
            int place = place(views.hash, 0);
            for (int i = 1; i < PLACES && kept[place] != null; i++) {
                place = place(views.hash, i);
            }
            Views old = kept[place];
            if (old != null) {
                old.close();
            }
            views.known = true;
            kept[place] = views;
        }

        private static int place(int hash, int attempt) {
            return Math.floorMod(hash + attempt, MOST);
        }

        private boolean cameBefore(int hash) {
            boolean again = seen[hash % MOST_SEEN] == hash;
            seen[hash % MOST_SEEN] = hash;
            return again;
        }

        @Override
        public synchronized void close() {
            for (int i = 0; i < MOST; i++) {
                Views views = kept[i];
                if (views != null) {
                    views.close();
                }
                kept[i] = null;
            }
        }
    }
}

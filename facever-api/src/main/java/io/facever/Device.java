package io.facever;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where networks run. A wish: what really ran is told by {@link io.facever.spi.InferenceSession#provider()}.
 *
 * @param kind what was asked for
 * @param index which GPU, from 0; 0 for the others
 * @since 0.1.0
 */
public record Device(Kind kind, int index) {
    private static final Pattern GPU = Pattern.compile("gpu(?::(\\d{1,4}))?");

    /** Kinds of device. */
    public enum Kind {
        /** The processor. */
        CPU,
        /** A GPU, or an error when it can't be used: never the processor in silence. */
        GPU,
        /** A GPU if one can be used, else the processor; the log says which and why. */
        AUTO
    }

    /** Checks the index. */
    public Device {
        if (index < 0 || (kind != Kind.GPU && index != 0)) {
            throw new IllegalArgumentException(
                    "a device index is 0 or more, and 0 for all but GPUs, found " + kind + " " + index);
        }
    }

    /** The processor. */
    public static Device cpu() {
        return new Device(Kind.CPU, 0);
    }

    /** The first GPU; fails when it can't be used. */
    public static Device gpu() {
        return gpu(0);
    }

    /**
     * A GPU; fails when it can't be used.
     *
     * @param index which one, from 0
     */
    public static Device gpu(int index) {
        return new Device(Kind.GPU, index);
    }

    /** A GPU if one can be used, else the processor. */
    public static Device auto() {
        return new Device(Kind.AUTO, 0);
    }

    /**
     * A device by its name, as {@link #toString} gives it.
     *
     * @param name {@code cpu}, {@code gpu}, {@code gpu:1}, {@code auto}; in capitals too
     * @throws IllegalArgumentException when it is none of these
     */
    public static Device parse(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        Matcher gpu = GPU.matcher(lower);
        if (gpu.matches()) {
            return gpu(gpu.group(1) == null ? 0 : Integer.parseInt(gpu.group(1)));
        }
        return switch (lower) {
            case "cpu" -> cpu();
            case "auto" -> auto();
            default -> throw new IllegalArgumentException("expected cpu, gpu, gpu:N or auto but was '" + name + "'");
        };
    }

    @Override
    public String toString() {
        return switch (kind) {
            case CPU -> "cpu";
            case GPU -> "gpu:" + index;
            case AUTO -> "auto";
        };
    }
}

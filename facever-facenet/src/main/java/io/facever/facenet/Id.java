package io.facever.facenet;

import io.facever.CropSpec;
import io.facever.Point;

/** Writes the ids of aligners: one line that is the same on every machine and in every locale. */
final class Id {
    private final StringBuilder text;

    /**
     * Starts an id.
     *
     * @param name the aligner and the version of its algorithm; another version where its pixels change
     */
    Id(String name, CropSpec crop) {
        this.text = new StringBuilder(name);
        with("size", crop.width() + "x" + crop.height());
    }

    /** Adds a setting that changes pixels. */
    Id with(String setting, Object value) {
        text.append(' ').append(setting).append('=').append(value);
        return this;
    }

    /** Adds points. */
    Id with(String setting, Iterable<Point> points) {
        StringBuilder value = new StringBuilder();
        for (Point point : points) {
            value.append(value.isEmpty() ? "" : ";")
                    .append(point.x())
                    .append(',')
                    .append(point.y());
        }
        return with(setting, (Object) value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

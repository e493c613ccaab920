package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One chapter of a report, as data: what the commands print, and what the report writer lays out. */
final class Section {
    private final String id;
    private final String title;
    private final ObjectNode json;
    private final List<Element> elements = new ArrayList<>();

    Section(String id, String title, ObjectNode json) {
        this.id = id;
        this.title = title;
        this.json = json;
    }

    /** A part of a chapter. */
    sealed interface Element permits Table, Figure, Note, Gallery {}

    /**
     * A table; becomes a CSV file too.
     *
     * @param id name of the file, unique in a report
     */
    record Table(String id, String caption, List<String> columns, List<List<String>> rows) implements Element {
        Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    /** A plot as SVG. */
    record Figure(String caption, String svg) implements Element {}

    /** A paragraph. */
    record Note(String text, boolean warning) implements Element {}

    /** Pairs of pictures, side by side. */
    record Gallery(String caption, List<PicturePair> pairs) implements Element {
        Gallery {
            pairs = List.copyOf(pairs);
        }
    }

    /** Two pictures as data URIs, with a line below. */
    record PicturePair(String first, String second, String caption) {}

    String id() {
        return id;
    }

    String title() {
        return title;
    }

    ObjectNode json() {
        return json;
    }

    List<Element> elements() {
        return List.copyOf(elements);
    }

    Section add(Element element) {
        elements.add(element);
        return this;
    }

    Section note(String text) {
        return add(new Note(text, false));
    }

    Section warning(String text) {
        return add(new Note(text, true));
    }

    /** A table of rows given as arrays. */
    static Table table(String id, String caption, List<String> columns, List<String[]> rows) {
        return new Table(id, caption, columns, rows.stream().map(Arrays::asList).toList());
    }

    /** 0.99523 as 99.52 %. */
    static String percent(double rate) {
        return Double.isNaN(rate) ? "—" : String.format(Locale.ROOT, "%.2f %%", 100 * rate);
    }

    /** With four digits behind the point. */
    static String four(double value) {
        return Double.isNaN(value) ? "—" : String.format(Locale.ROOT, "%.4f", value);
    }

    static String percent(Optional<Interval> interval) {
        return interval.map(i -> String.format(Locale.ROOT, "[%.2f, %.2f] %%", 100 * i.low(), 100 * i.high()))
                .orElse("—");
    }

    static String four(Optional<Interval> interval) {
        return interval.map(i -> String.format(Locale.ROOT, "[%.4f, %.4f]", i.low(), i.high()))
                .orElse("—");
    }

    /** What stands in the place of a rate that the data can't support. */
    static String notMeasurable(long pairs) {
        return "not measurable with " + pairs + " pairs";
    }
}

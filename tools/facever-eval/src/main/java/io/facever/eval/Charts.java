package io.facever.eval;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.w3c.dom.Document;

/** Draws plots as SVG: JFreeChart on Batik's SVG generator, in colours that differ in grey too. */
public final class Charts {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 400;
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final float[] DASH = {6, 3};
    // Okabe and Ito's colours, which people with any colour vision can tell apart
    private static final List<Color> COLOURS = List.of(
            new Color(0, 114, 178),
            new Color(213, 94, 0),
            new Color(0, 158, 115),
            new Color(204, 121, 167),
            Color.BLACK);

    private Charts() {}

    /** A point of a line. */
    public record XY(double x, double y) {}

    /** A named line. */
    public record Line(String name, List<XY> points) {
        /** Copies the points. */
        public Line {
            points = List.copyOf(points);
        }
    }

    /** An axis: what it shows, from where to where, and whether in powers of ten. */
    public record Axis(String title, double low, double high, boolean logarithmic) {
        /** From so many units on, ticks at whole numbers are enough. */
        private static final double LEAST_INTEGER_RANGE = 5;

        ValueAxis make() {
            ValueAxis axis = logarithmic ? powersOfTen() : linear();
            axis.setRange(low, high);
            axis.setLabelFont(FONT);
            axis.setTickLabelFont(FONT);
            return axis;
        }

        private NumberAxis linear() {
            NumberAxis axis = new NumberAxis(title);
            // JFreeChart reckons the width of labels from the ends of the axis, where they have no decimals
            axis.setStandardTickUnits(
                    high - low < LEAST_INTEGER_RANGE
                            ? NumberAxis.createStandardTickUnits(Locale.ROOT)
                            : NumberAxis.createIntegerTickUnits(Locale.ROOT));
            return axis;
        }

        private LogAxis powersOfTen() {
            LogAxis axis = new LogAxis(title);
            axis.setTickUnit(new NumberTickUnit(1));
            axis.setNumberFormatOverride(new DecimalFormat("0.#######", DecimalFormatSymbols.getInstance(Locale.ROOT)));
            return axis;
        }
    }

    /**
     * Lines in one plot.
     *
     * @param id tells the parts of this SVG from those of others on the same page; letters and digits
     */
    public static String lines(String id, Axis x, Axis y, List<Line> lines) {
        XYSeriesCollection data = new XYSeriesCollection();
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
        for (int k = 0; k < lines.size(); k++) {
            XYSeries series = new XYSeries(lines.get(k).name(), false, true);
            for (XY point : lines.get(k).points()) {
                // a logarithmic axis has no zero: what lies below its end is drawn at its end
                series.add(
                        x.logarithmic() ? Math.max(x.low(), point.x()) : point.x(),
                        y.logarithmic() ? Math.max(y.low(), point.y()) : point.y());
            }
            data.addSeries(series);
            renderer.setSeriesPaint(k, COLOURS.get(k % COLOURS.size()));
            renderer.setSeriesStroke(
                    k,
                    k % 2 == 0
                            ? new BasicStroke(1.8f)
                            : new BasicStroke(1.8f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, DASH, 0));
        }
        XYPlot plot = new XYPlot(data, x.make(), y.make(), renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
        plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
        JFreeChart chart = new JFreeChart(null, FONT, plot, lines.size() > 1);
        chart.setBackgroundPaint(Color.WHITE);
        // room for half of a label that stands at the end of an axis
        chart.setPadding(new RectangleInsets(8, 2, 2, 16));
        if (chart.getLegend() != null) {
            chart.getLegend().setItemFont(FONT);
        }
        return svg(id, chart);
    }

    private static String svg(String id, JFreeChart chart) {
        try {
            Document document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null);
            SVGGraphics2D graphics = new SVGGraphics2D(document);
            graphics.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
            chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
            StringWriter text = new StringWriter();
            graphics.stream(text, true);
            return embeddable(id, text.toString());
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("every Java platform has an XML parser", e);
        } catch (IOException e) {
            throw new UncheckedIOException("in memory", e);
        }
    }

    /** Without prolog, scaling with the page, and with names that are unique on it. */
    private static String embeddable(String id, String svg) {
        return svg.substring(svg.indexOf("<svg"))
                .replaceFirst("width=\"" + WIDTH + "\"", "viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\"")
                .replaceFirst("height=\"" + HEIGHT + "\"", "")
                .replaceAll("id=\"", "id=\"" + id + "-")
                .replaceAll("url\\(#", "url(#" + id + "-")
                .replaceAll("href=\"#", "href=\"#" + id + "-")
                .replaceAll("'(Dialog|SansSerif)'|sans-serif", "sans-serif")
                .replaceAll("\n\\s*", "\n");
    }
}

package io.facever.image;

import io.facever.Face;
import io.facever.Image;
import io.facever.Outcome;
import io.facever.Point;
import io.facever.Verification;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Both photos of a verification, and a panel with the outcome below them. */
final class VerificationPicture {
    private static final double LEAST_HEIGHT = 320;
    private static final double MOST_HEIGHT = 560;
    private static final double MOST_WIDTH = 1400;
    private static final double LEAST_WIDTH = 560;

    private static final Color OTHERS = new Color(255, 255, 255, 120);
    private static final Color TRACK_EDGE = new Color(255, 255, 255, 60);

    private final Verification verification;
    private final Color color;
    private final Pen.PhotoFrame first;
    private final Pen.PhotoFrame second;
    private final double unit;
    private final double margin;
    private final double panelTop;
    private final int width;
    private final int height;
    private final List<String> reasons;

    private VerificationPicture(Image one, Image other, Verification verification) {
        this.verification = verification;
        this.color = color(verification.outcome());
        double shapes = (double) one.width() / one.height() + (double) other.width() / other.height();
        double wish = Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT, Math.max(one.height(), other.height())));
        double photoHeight = Math.max(1, Math.floor(Math.min(wish, MOST_WIDTH / shapes)));
        double firstWidth = Math.max(1, Math.round(photoHeight * one.width() / one.height()));
        double secondWidth = Math.max(1, Math.round(photoHeight * other.width() / other.height()));
        // all of the panel grows with the photos, within limits that keep it legible
        double photosWidth = firstWidth + secondWidth;
        this.unit = Math.max(1, Math.min(1.8, photosWidth / 700));
        this.margin = Math.round(16 * unit);
        double gap = Math.round(10 * unit);
        this.width = (int) Math.max(LEAST_WIDTH, photosWidth + gap + 2 * margin);
        double left = Math.floor((width - photosWidth - gap) / 2);
        this.first = Pen.PhotoFrame.of(one, left, margin, firstWidth, photoHeight);
        this.second = Pen.PhotoFrame.of(other, left + firstWidth + gap, margin, secondWidth, photoHeight);
        this.panelTop = margin + photoHeight;
        this.reasons = verification.reasons().stream()
                .flatMap(reason -> StrokeFont.wrap(reason.message(), 11 * unit, width - 2 * margin).stream())
                .toList();
        double body = verification.outcome() == Outcome.INCONCLUSIVE ? 22 * reasons.size() + 6 : 56;
        this.height = (int) Math.ceil(panelTop + margin + (40 + 18 + body + 16) * unit + margin);
    }

    static BufferedImage draw(Image first, Image second, Verification verification) {
        VerificationPicture layout = new VerificationPicture(first, second, verification);
        BufferedImage picture = new BufferedImage(layout.width, layout.height, BufferedImage.TYPE_INT_RGB);
        try (Pen pen = new Pen(picture)) {
            pen.fill(new Rectangle2D.Double(0, 0, layout.width, layout.height), Pen.PAPER);
            layout.drawSubject(pen, first, layout.first, verification.first());
            layout.drawSubject(pen, second, layout.second, verification.second());
            layout.drawPanel(pen);
        }
        return picture;
    }

    private void drawSubject(Pen pen, Image image, Pen.PhotoFrame frame, Verification.Subject subject) {
        pen.photo(image, frame.place(), 14 * unit);
        Shape clip = pen.graphics().getClip();
        pen.graphics().setClip(frame.place());
        for (Face face : subject.faces()) {
            if (!subject.face().equals(Optional.of(face))) {
                Rectangle2D box = frame.place(face.box());
                pen.lineWithHalo(box, OTHERS, 1.3 * unit);
            }
        }
        subject.face().ifPresent(face -> drawFace(pen, face, frame));
        int count = subject.faces().size();
        String found = count == 0 ? "no face found" : count == 1 ? "1 face" : count + " faces";
        // as if it belonged to a box below the photo's lower edge: so it comes to lie in the lower left corner
        Rectangle2D place = frame.place();
        double inset = 7 * unit;
        Rectangle2D anchor = new Rectangle2D.Double(place.getMinX() + inset, place.getMaxY() - inset + 5 * unit, 1, 1);
        pen.label(found, anchor, place, 9 * unit, count == 0 ? Pen.AMBER : Pen.INK);
        pen.graphics().setClip(clip);
    }

    private void drawFace(Pen pen, Face face, Pen.PhotoFrame frame) {
        Rectangle2D box = frame.place(face.box());
        double size = Math.min(box.getWidth(), box.getHeight());
        double line = Math.max(1.2, Math.min(2.6 * unit, 0.03 * size));
        pen.axes(face, frame, new Color(255, 255, 255, 150), Math.max(1, 0.4 * line));
        pen.box(box, color, line);
        pen.landmarks(face, frame, Pen.INK, Math.max(1.3, Math.min(3.6 * unit, 0.026 * size)));
    }

    private void drawPanel(Pen pen) {
        double top = panelTop + margin;
        drawBadge(pen, margin, top);
        boolean decided = verification.outcome() != Outcome.INCONCLUSIVE;
        double body = top + (40 + 18) * unit;
        if (decided) {
            drawNumbers(pen, top);
            drawScale(pen, body);
        } else {
            for (int i = 0; i < reasons.size(); i++) {
                pen.text(reasons.get(i), margin, body + 22 * unit * i, 11 * unit, StrokeFont.REGULAR, Pen.INK);
            }
        }
        double capital = 9 * unit;
        String model = verification.space().model();
        pen.text(model, margin, height - margin - capital, capital, StrokeFont.REGULAR, Pen.FAINT_INK);
    }

    private void drawBadge(Pen pen, double x, double y) {
        double badgeHeight = 40 * unit;
        double capital = 17 * unit;
        double padding = 16 * unit;
        double sign = 17 * unit;
        String words = words(verification.outcome());
        double badgeWidth = 2 * padding + sign + 13 * unit + StrokeFont.width(words, capital, StrokeFont.BOLD);
        pen.fill(new RoundRectangle2D.Double(x, y, badgeWidth, badgeHeight, badgeHeight, badgeHeight), color);
        AffineTransform grid = new AffineTransform(sign, 0, 0, sign, x + padding, y + (badgeHeight - sign) / 2);
        pen.line(sign(verification.outcome()).createTransformedShape(grid), Pen.PAPER, 3.4 * unit);
        pen.text(
                words,
                x + padding + sign + 13 * unit,
                y + (badgeHeight - capital) / 2,
                capital,
                StrokeFont.BOLD,
                Pen.PAPER);
    }

    /** A tick, a cross or an exclamation mark in the unit square: for those who do not tell green from red. */
    private static Path2D sign(Outcome outcome) {
        Path2D path = new Path2D.Double();
        switch (outcome) {
            case MATCH -> {
                path.moveTo(0, 0.55);
                path.lineTo(0.37, 0.92);
                path.lineTo(1, 0.12);
            }
            case NO_MATCH -> {
                path.moveTo(0.08, 0.08);
                path.lineTo(0.92, 0.92);
                path.moveTo(0.92, 0.08);
                path.lineTo(0.08, 0.92);
            }
            case INCONCLUSIVE -> {
                path.moveTo(0.5, 0);
                path.lineTo(0.5, 0.6);
                path.moveTo(0.5, 0.98);
                path.lineTo(0.5, 0.99);
            }
        }
        return path;
    }

    private void drawNumbers(Pen pen, double top) {
        String value = String.format(Locale.ROOT, "%.3f", verification.similarity());
        double capital = 17 * unit;
        double right = width - margin;
        double valueLeft = right - StrokeFont.width(value, capital, StrokeFont.BOLD);
        double middle = top + 20 * unit;
        pen.text(value, valueLeft, middle - capital / 2, capital, StrokeFont.BOLD, Pen.INK);
        String word = "similarity";
        double small = 11 * unit;
        pen.text(
                word,
                valueLeft - 10 * unit - StrokeFont.width(word, small, StrokeFont.REGULAR),
                middle + capital / 2 - small,
                small,
                StrokeFont.REGULAR,
                Pen.FAINT_INK);
    }

    /** The similarity on a scale, red below the threshold and green above it. */
    private void drawScale(Pen pen, double top) {
        double similarity = verification.similarity();
        double threshold = verification.threshold().value();
        // pairs of different people lie around 0: the negative half is shown only when it is needed
        double least = Math.min(similarity, threshold) < -0.2 ? -1 : -0.25;
        double from = margin + 5 * unit;
        double length = width - 2 * from;
        double thickness = 10 * unit;
        double y = top + 8 * unit;
        double at = from + length * (threshold - least) / (1 - least);
        Shape clip = pen.graphics().getClip();
        RoundRectangle2D track = new RoundRectangle2D.Double(from, y, length, thickness, thickness, thickness);
        pen.graphics().clip(track);
        pen.fill(new Rectangle2D.Double(from, y, at - from, thickness), translucent(Pen.RED));
        pen.fill(new Rectangle2D.Double(at, y, from + length - at, thickness), translucent(Pen.GREEN));
        pen.graphics().setClip(clip);
        pen.line(track, TRACK_EDGE, Math.max(1, 0.6 * unit));

        double capital = 8.5 * unit;
        double below = y + thickness + 13 * unit;
        String mark = String.format(Locale.ROOT, "threshold %.2f", threshold);
        double markWidth = StrokeFont.width(mark, capital, StrokeFont.REGULAR);
        double markLeft = Math.max(from, Math.min(at - markWidth / 2, from + length - markWidth));
        for (double tick = Math.ceil(least * 2) / 2; tick <= 1; tick += 0.5) {
            double x = from + length * (tick - least) / (1 - least);
            String name = String.format(Locale.ROOT, tick == Math.rint(tick) ? "%.0f" : "%.1f", tick + 0.0);
            double nameWidth = StrokeFont.width(name, capital, StrokeFont.REGULAR);
            double nameLeft = Math.min(x - nameWidth / 2, from + length - nameWidth);
            boolean free = nameLeft + nameWidth + 8 * unit < markLeft || nameLeft > markLeft + markWidth + 8 * unit;
            if (free) {
                pen.line(
                        new Line2D.Double(x, y + thickness + 3 * unit, x, y + thickness + 7 * unit),
                        Pen.FAINT_INK,
                        unit);
                pen.text(name, nameLeft, below, capital, StrokeFont.REGULAR, Pen.FAINT_INK);
            }
        }
        pen.line(new Line2D.Double(at, y - 4 * unit, at, y + thickness + 7 * unit), Pen.INK, Math.max(1.5, 1.8 * unit));
        pen.text(mark, markLeft, below, capital, StrokeFont.REGULAR, Pen.INK);

        double value = from + length * (Math.max(least, Math.min(1, similarity)) - least) / (1 - least);
        Point center = new Point(value, y + thickness / 2);
        pen.fill(Pen.disk(center, 9.5 * unit), Pen.PAPER);
        pen.fill(Pen.disk(center, 7.5 * unit), color);
        pen.fill(Pen.disk(center, 2.6 * unit), Pen.PAPER);
    }

    private static Color translucent(Color color) {
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), 130);
    }

    private static String words(Outcome outcome) {
        return switch (outcome) {
            case MATCH -> "MATCH";
            case NO_MATCH -> "NO MATCH";
            case INCONCLUSIVE -> "INCONCLUSIVE";
        };
    }

    private static Color color(Outcome outcome) {
        return switch (outcome) {
            case MATCH -> Pen.GREEN;
            case NO_MATCH -> Pen.RED;
            case INCONCLUSIVE -> Pen.AMBER;
        };
    }
}

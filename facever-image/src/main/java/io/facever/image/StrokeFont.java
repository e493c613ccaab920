package io.facever.image;

import java.awt.BasicStroke;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/**
 * Letters drawn as lines with round ends. Text in Java2D needs fonts on the machine, and throws on a headless JDK where
 * there are none, as in a small container; lines do not. So drawings also look the same everywhere.
 *
 * <p>Printable ASCII; any other character is an empty box. Measures are parts of the height of a capital letter.
 */
final class StrokeFont {
    /** Glyphs are drawn on a grid: capitals from 0 down to here, small letters from 3.2, descenders to 13. */
    private static final double CAPITAL = 10;

    private static final double BETWEEN_LETTERS = 2.7;
    private static final double BETWEEN_WORDS = 4.2;

    /** Pen width of plain text, as part of the capital's height. */
    static final double REGULAR = 0.125;

    /** Pen width of emphasised text, as part of the capital's height. */
    static final double BOLD = 0.2;

    private StrokeFont() {}

    /** Width of a line of text, from the middle of the first pen line to that of the last. */
    static double width(String text, double capital, double weight) {
        double width = 0;
        for (int i = 0; i < text.length(); i++) {
            width += i == 0 ? 0 : betweenLetters(weight);
            width += advance(text.charAt(i));
        }
        return width * capital / CAPITAL;
    }

    /**
     * Draws a line of text in the graphics' colour.
     *
     * @param graphics its stroke is changed
     * @param x left end
     * @param top top of the capitals
     * @param capital height of the capitals
     * @param weight {@link #REGULAR} or {@link #BOLD}
     */
    static void draw(Graphics2D graphics, String text, double x, double top, double capital, double weight) {
        graphics.setStroke(new BasicStroke(
                (float) Math.max(1.1, weight * capital), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        double scale = capital / CAPITAL;
        double pen = x;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            Path2D path = path(glyph(letter));
            path.transform(new AffineTransform(scale, 0, 0, scale, pen, top));
            graphics.draw(path);
            pen += (advance(letter) + betweenLetters(weight)) * scale;
        }
    }

    private static double betweenLetters(double weight) {
        return BETWEEN_LETTERS + CAPITAL * (weight - REGULAR);
    }

    /** Lines of plain text no wider than asked for, broken between words; a longer word has a line of its own. */
    static List<String> wrap(String text, double capital, double most) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split(" ")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && width(longer, capital, REGULAR) > most) {
                lines.add(line);
                line = word;
            } else {
                line = longer;
            }
        }
        lines.add(line);
        return lines;
    }

    private static double advance(char letter) {
        return letter == ' ' ? BETWEEN_WORDS - BETWEEN_LETTERS : next(new StringTokenizer(glyph(letter)));
    }

    /**
     * The line of a glyph. After the width: {@code M x y} lifts the pen, {@code L x y} draws a line, {@code Q} a
     * quadratic curve, {@code E cx cy rx ry start extent} an arc of an ellipse with angles in degrees
     * counter-clockwise from three o'clock, {@code e} the same but joined by a line, {@code Z} closes.
     */
    private static Path2D path(String glyph) {
        Path2D path = new Path2D.Double();
        StringTokenizer in = new StringTokenizer(glyph);
        next(in);
        while (in.hasMoreTokens()) {
            String command = in.nextToken();
            switch (command) {
                case "M" -> path.moveTo(next(in), next(in));
                case "L" -> path.lineTo(next(in), next(in));
                case "Q" -> path.quadTo(next(in), next(in), next(in), next(in));
                case "E", "e" -> path.append(arc(in), command.equals("e"));
                case "Z" -> path.closePath();
                default -> throw new IllegalStateException("no such command: " + command);
            }
        }
        return path;
    }

    private static Arc2D arc(StringTokenizer in) {
        double x = next(in);
        double y = next(in);
        double radiusX = next(in);
        double radiusY = next(in);
        return new Arc2D.Double(x - radiusX, y - radiusY, 2 * radiusX, 2 * radiusY, next(in), next(in), Arc2D.OPEN);
    }

    private static double next(StringTokenizer in) {
        return Double.parseDouble(in.nextToken());
    }

    private static String glyph(char letter) {
        return switch (letter) {
            case ' ' -> "0";
            case 'A' -> "7.6 M 0 10 L 3.8 0 L 7.6 10 M 1.3 6.8 L 6.3 6.8";
            case 'B' -> "6.2 M 0 4.8 L 0 0 L 3.5 0 e 3.5 2.4 2.4 2.4 90 -180 L 0 4.8 L 0 10 L 3.6 10"
                    + " e 3.6 7.4 2.6 2.6 270 180";
            case 'C' -> "6.6 E 3.4 3.4 3.4 3.4 25 155 L 0 6.6 e 3.4 6.6 3.4 3.4 180 155";
            case 'D' -> "6.8 M 0 0 L 3 0 e 3 3.8 3.8 3.8 90 -90 L 6.8 6.2 e 3 6.2 3.8 3.8 0 -90 L 0 10 Z";
            case 'E' -> "5.4 M 5.4 0 L 0 0 L 0 10 L 5.4 10 M 0 4.9 L 4.7 4.9";
            case 'F' -> "5.2 M 5.2 0 L 0 0 L 0 10 M 0 4.9 L 4.5 4.9";
            case 'G' -> "6.8 E 3.4 3.4 3.4 3.4 25 155 L 0 6.6 e 3.4 6.6 3.4 3.4 180 180 L 6.8 5.3 L 3.9 5.3";
            case 'H' -> "6.8 M 0 0 L 0 10 M 6.8 0 L 6.8 10 M 0 4.9 L 6.8 4.9";
            case 'I' -> "0 M 0 0 L 0 10";
            case 'J' -> "4.4 M 4.4 0 L 4.4 7.6 e 2.2 7.6 2.2 2.4 0 -165";
            case 'K' -> "6.3 M 0 0 L 0 10 M 6 0 L 0 6.1 M 2.1 4 L 6.3 10";
            case 'L' -> "5 M 0 0 L 0 10 L 5 10";
            case 'M' -> "8.4 M 0 10 L 0 0 L 4.2 6.6 L 8.4 0 L 8.4 10";
            case 'N' -> "6.8 M 0 10 L 0 0 L 6.8 10 L 6.8 0";
            case 'O' -> "6.8 M 0 3.4 e 3.4 3.4 3.4 3.4 180 -180 L 6.8 6.6 e 3.4 6.6 3.4 3.4 0 -180 Z";
            case 'P' -> "6.2 M 0 10 L 0 0 L 3.5 0 e 3.5 2.7 2.7 2.7 90 -180 L 0 5.4";
            case 'Q' -> "6.8 M 0 3.4 e 3.4 3.4 3.4 3.4 180 -180 L 6.8 6.6 e 3.4 6.6 3.4 3.4 0 -180 Z M 4.6 7.6 L 7 10.4";
            case 'R' -> "6.2 M 0 10 L 0 0 L 3.5 0 e 3.5 2.7 2.7 2.7 90 -180 L 0 5.4 M 3.2 5.4 L 6.2 10";
            case 'S' -> "6.2 E 3.1 2.5 2.9 2.5 25 245 e 3.1 7.5 3.1 2.5 90 -245";
            case 'T' -> "6.8 M 0 0 L 6.8 0 M 3.4 0 L 3.4 10";
            case 'U' -> "6.6 M 0 0 L 0 6.7 e 3.3 6.7 3.3 3.3 180 180 L 6.6 0";
            case 'V' -> "7.2 M 0 0 L 3.6 10 L 7.2 0";
            case 'W' -> "10.4 M 0 0 L 2.6 10 L 5.2 1.4 L 7.8 10 L 10.4 0";
            case 'X' -> "6.6 M 0 0 L 6.6 10 M 6.6 0 L 0 10";
            case 'Y' -> "7 M 0 0 L 3.5 5.2 L 7 0 M 3.5 5.2 L 3.5 10";
            case 'Z' -> "6.2 M 0 0 L 6.2 0 L 0 10 L 6.2 10";
            case 'a' -> "5.2 E 2.6 6.6 2.6 3.4 0 360 M 5.2 3.2 L 5.2 10";
            case 'b' -> "5.2 M 0 0 L 0 10 M 5.2 6.6 E 2.6 6.6 2.6 3.4 0 360";
            case 'c' -> "4.7 E 2.6 6.6 2.6 3.4 40 280";
            case 'd' -> "5.2 E 2.6 6.6 2.6 3.4 0 360 M 5.2 0 L 5.2 10";
            case 'e' -> "5.2 M 0 6.5 L 5.2 6.5 e 2.6 6.6 2.6 3.4 2 318";
            case 'f' -> "3.2 M 1.2 10 L 1.2 2 e 3.2 2 2 2 180 -90 M 0 3.4 L 3 3.4";
            case 'g' -> "5.2 E 2.6 6.6 2.6 3.4 0 360 M 5.2 3.2 L 5.2 10.4 e 2.6 10.4 2.6 2.6 0 -145";
            case 'h' -> "5 M 0 0 L 0 10 M 0 5.7 e 2.5 5.7 2.5 2.5 180 -180 L 5 10";
            case 'i' -> "0 M 0 3.2 L 0 10 M 0 0.4 L 0 0.5";
            case 'j' -> "1.6 M 1.6 3.2 L 1.6 11 e -0.4 11 2 2 0 -85 M 1.6 0.4 L 1.6 0.5";
            case 'k' -> "4.7 M 0 0 L 0 10 M 4.4 3.2 L 0 7.4 M 1.6 5.9 L 4.7 10";
            case 'l' -> "1.5 M 0 0 L 0 8.4 e 1.6 8.4 1.6 1.6 180 85";
            case 'm' -> "8.2 M 0 3.2 L 0 10 M 0 5.25 e 2.05 5.25 2.05 2.05 180 -180 L 4.1 10"
                    + " M 4.1 5.25 e 6.15 5.25 2.05 2.05 180 -180 L 8.2 10";
            case 'n' -> "5 M 0 3.2 L 0 10 M 0 5.7 e 2.5 5.7 2.5 2.5 180 -180 L 5 10";
            case 'o' -> "5.2 E 2.6 6.6 2.6 3.4 0 360";
            case 'p' -> "5.2 M 0 3.2 L 0 13 M 5.2 6.6 E 2.6 6.6 2.6 3.4 0 360";
            case 'q' -> "5.2 E 2.6 6.6 2.6 3.4 0 360 M 5.2 3.2 L 5.2 13";
            case 'r' -> "3 M 0 3.2 L 0 10 M 0 5.8 e 2.6 5.8 2.6 2.6 180 -105";
            case 's' -> "4.4 E 2.2 4.9 2 1.7 30 240 e 2.2 8.3 2.2 1.7 90 -240";
            case 't' -> "3.1 M 1.2 0.9 L 1.2 8.1 e 3.1 8.1 1.9 1.9 180 90 M 0 3.4 L 3 3.4";
            case 'u' -> "5 M 0 3.2 L 0 7.5 e 2.5 7.5 2.5 2.5 180 180 L 5 3.2 M 5 3.2 L 5 10";
            case 'v' -> "5.2 M 0 3.2 L 2.6 10 L 5.2 3.2";
            case 'w' -> "7.8 M 0 3.2 L 1.95 10 L 3.9 4.2 L 5.85 10 L 7.8 3.2";
            case 'x' -> "4.8 M 0 3.2 L 4.8 10 M 4.8 3.2 L 0 10";
            case 'y' -> "5.2 M 0 3.2 L 2.65 10 M 5.2 3.2 L 1.5 13";
            case 'z' -> "4.5 M 0 3.2 L 4.5 3.2 L 0 10 L 4.5 10";
            case '0' -> "5.8 M 0 2.9 e 2.9 2.9 2.9 2.9 180 -180 L 5.8 7.1 e 2.9 7.1 2.9 2.9 0 -180 Z";
            case '1' -> "5.8 M 0.9 2.3 L 3.4 0 L 3.4 10";
            case '2' -> "5.8 E 2.9 2.9 2.8 2.9 170 -205 L 0 10 L 5.8 10";
            case '3' -> "5.8 E 2.9 2.45 2.6 2.45 155 -245 e 2.9 7.45 2.9 2.55 90 -245";
            case '4' -> "5.8 M 4.4 10 L 4.4 0 L 0 7.1 L 5.8 7.1";
            case '5' -> "5.8 M 5.2 0 L 0.9 0 L 0.5 4.8 e 2.8 6.8 3 3.2 140 -290";
            case '6' -> "5.8 E 2.9 7 2.9 3 0 360 M 0 7 Q 0 3.2 4.2 0";
            case '7' -> "5.8 M 0 0 L 5.8 0 L 1.9 10";
            case '8' -> "5.8 E 2.9 2.4 2.4 2.4 0 360 E 2.9 7.4 2.9 2.6 0 360";
            case '9' -> "5.8 E 2.9 3 2.9 3 0 360 M 5.8 3 Q 5.8 6.8 1.6 10";
            case '.' -> "0 M 0 9.9 L 0 10";
            case ',' -> "0.5 M 0.5 9.8 L 0 11.6";
            case ':' -> "0 M 0 4.4 L 0 4.5 M 0 9.9 L 0 10";
            case ';' -> "0.5 M 0.5 4.4 L 0.5 4.5 M 0.5 9.8 L 0 11.6";
            case '!' -> "0 M 0 0 L 0 6.6 M 0 9.9 L 0 10";
            case '?' -> "5 E 2.5 2.6 2.5 2.6 170 -225 Q 2.5 5.4 2.5 6.9 M 2.5 9.9 L 2.5 10";
            case '\'' -> "0 M 0 0 L 0 2";
            case '"' -> "2 M 0 0 L 0 2 M 2 0 L 2 2";
            case '`' -> "1.2 M 0 0 L 1.2 1.6";
            case '-' -> "3.2 M 0 6.1 L 3.2 6.1";
            case '+' -> "5.4 M 0 5.8 L 5.4 5.8 M 2.7 3.1 L 2.7 8.5";
            case '=' -> "5 M 0 4.4 L 5 4.4 M 0 7.4 L 5 7.4";
            case '<' -> "4.4 M 4.4 2.6 L 0 5.8 L 4.4 9";
            case '>' -> "4.4 M 0 2.6 L 4.4 5.8 L 0 9";
            case '~' -> "5.4 M 0 6.2 Q 1.35 4 2.7 5.6 Q 4.05 7.2 5.4 5";
            case '_' -> "5.4 M 0 11 L 5.4 11";
            case '^' -> "4.4 M 0 3 L 2.2 0 L 4.4 3";
            case '|' -> "0 M 0 -0.6 L 0 11.6";
            case '/' -> "4 M 4 -0.3 L 0 10.8";
            case '\\' -> "4 M 0 -0.3 L 4 10.8";
            case '(' -> "1.9 M 1.9 -0.6 Q -1.2 5.4 1.9 11.4";
            case ')' -> "1.9 M 0 -0.6 Q 3.1 5.4 0 11.4";
            case '[' -> "1.9 M 1.9 -0.6 L 0 -0.6 L 0 11.4 L 1.9 11.4";
            case ']' -> "1.9 M 0 -0.6 L 1.9 -0.6 L 1.9 11.4 L 0 11.4";
            case '{' -> "2.4 M 2.4 -0.6 Q 1 -0.6 1 1.4 Q 1 5.4 0 5.4 Q 1 5.4 1 9.4 Q 1 11.4 2.4 11.4";
            case '}' -> "2.4 M 0 -0.6 Q 1.4 -0.6 1.4 1.4 Q 1.4 5.4 2.4 5.4 Q 1.4 5.4 1.4 9.4 Q 1.4 11.4 0 11.4";
            case '*' -> "4.2 M 2.1 0 L 2.1 4.6 M 0.1 1.2 L 4.1 3.4 M 4.1 1.2 L 0.1 3.4";
            case '#' -> "6 M 1.9 0.6 L 1.1 9.4 M 4.9 0.6 L 4.1 9.4 M 0 3.4 L 6 3.4 M 0 6.6 L 6 6.6";
            case '%' -> "8 E 1.7 2.1 1.7 2.1 0 360 E 6.3 7.9 1.7 2.1 0 360 M 6.6 0 L 1.4 10";
            case '&' -> "6.8 M 6.8 10 L 1.2 3.4 e 2.9 2.1 2.1 2.1 215 -250 L 1 6 e 2.6 7.5 2.6 2.5 140 180 Q 5.2 9.6 6.3 6.4";
            case '@' -> "8 E 4 6.2 1.9 2.1 0 360 M 5.9 4.2 L 5.9 7.2 e 6.95 7.2 1.05 1.2 180 180 L 8 5.6"
                    + " e 4 5.6 4 4.6 0 300";
            case '$' -> "6.2 E 3.1 2.9 2.9 2.1 25 245 e 3.1 7.1 3.1 2.1 90 -245 M 3.1 -0.8 L 3.1 10.8";
            default -> "5 M 0 0.5 L 5 0.5 L 5 10 L 0 10 Z";
        };
    }
}

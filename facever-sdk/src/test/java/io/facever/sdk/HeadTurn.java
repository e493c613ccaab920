package io.facever.sdk;

import io.facever.Image;
import io.facever.Landmarks;

/**
 * Makes frames of a turning head from one photo. Pixels are moved as if the face were a curved surface with a nose of
 * half a distance of the eyes, seen without perspective; what surrounds the face stays where it is.
 */
final class HeadTurn {
    /** In distances of the eyes. */
    private static final double NOSE_DEPTH = 0.5;

    private static final double NOSE_WIDTH = 0.25;
    private static final double NOSE_LENGTH = 0.32;
    private static final double CURVATURE = 0.25;
    private static final double REACH_ACROSS = 2.4;
    private static final double REACH_DOWN = 3;

    private final Image photo;
    private final double eyes;
    private final double centreX;
    private final double centreY;
    private final double noseX;
    private final double noseY;

    HeadTurn(Image photo, Landmarks landmarks) {
        this.photo = photo;
        this.eyes = landmarks.eyeDistance();
        this.centreX = (landmarks.leftEye().x()
                        + landmarks.rightEye().x()
                        + landmarks.mouthLeft().x()
                        + landmarks.mouthRight().x())
                / 4;
        this.centreY = (landmarks.leftEye().y()
                        + landmarks.rightEye().y()
                        + landmarks.mouthLeft().y()
                        + landmarks.mouthRight().y())
                / 4;
        this.noseX = landmarks.nose().x();
        this.noseY = landmarks.nose().y();
    }

    /**
     * A frame.
     *
     * @param yaw degrees, positive to the right of the image
     * @param pitch degrees, positive upwards
     * @param zoom how many times larger all is
     */
    Image frame(double yaw, double pitch, double zoom) {
        double sinYaw = Math.sin(Math.toRadians(yaw));
        double cosYaw = Math.cos(Math.toRadians(yaw));
        double sinPitch = Math.sin(Math.toRadians(pitch));
        double cosPitch = Math.cos(Math.toRadians(pitch));
        return Image.ofRows(photo.width(), photo.height(), (row, rgb) -> {
            for (int column = 0; column < photo.width(); column++) {
                double x = (column - centreX) / zoom;
                double y = (row - centreY) / zoom;
                double weight = weight(x, y);
                double fromX = x;
                double fromY = y;
                // where a pixel comes from depends on the depth there
                for (int i = 0; i < 5 && weight > 0; i++) {
                    double z = depth(fromX, fromY);
                    fromX = x + weight * ((x - z * sinYaw) / cosYaw - x);
                    fromY = y + weight * ((y + z * sinPitch) / cosPitch - y);
                }
                sample(centreX + fromX, centreY + fromY, rgb, 3 * column);
            }
        });
    }

    private double weight(double x, double y) {
        double inside = 2 - 2 * Math.hypot(x / (REACH_ACROSS * eyes), y / (REACH_DOWN * eyes));
        double t = Math.max(0, Math.min(1, inside));
        return t * t * (3 - 2 * t);
    }

    private double depth(double x, double y) {
        double across = (x + centreX - noseX) / (NOSE_WIDTH * eyes);
        double down = (y + centreY - noseY) / (NOSE_LENGTH * eyes);
        double side = x / eyes;
        return eyes * (NOSE_DEPTH * Math.exp(-(across * across + down * down) / 2) - CURVATURE * side * side);
    }

    private void sample(double x, double y, byte[] rgb, int at) {
        double insideX = Math.max(0, Math.min(photo.width() - 1, x));
        double insideY = Math.max(0, Math.min(photo.height() - 1, y));
        int left = Math.min((int) insideX, photo.width() - 2);
        int top = Math.min((int) insideY, photo.height() - 2);
        double across = insideX - left;
        double down = insideY - top;
        int a = photo.rgb(left, top);
        int b = photo.rgb(left + 1, top);
        int c = photo.rgb(left, top + 1);
        int d = photo.rgb(left + 1, top + 1);
        for (int shift = 16; shift >= 0; shift -= 8) {
            double upper = (1 - across) * (a >> shift & 255) + across * (b >> shift & 255);
            double lower = (1 - across) * (c >> shift & 255) + across * (d >> shift & 255);
            rgb[at + 2 - shift / 8] = (byte) Math.round((1 - down) * upper + down * lower);
        }
    }
}

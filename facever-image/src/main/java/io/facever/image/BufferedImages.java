package io.facever.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Optional;

/**
 * Reads the samples of a {@link BufferedImage} as 8-bit RGB.
 *
 * <p>Gray and RGB samples are taken as they are stored. {@link BufferedImage#getRGB} would push gray through a linear
 * colour space and so brighten it (by 45 of 255 on average on photos), and would apply embedded profiles, which the
 * pipelines that face networks were trained with do not.
 */
final class BufferedImages {
    private static final int WHITE = 255;

    private BufferedImages() {}

    /** The samples, in place where they are bytes already; empty for colours that are neither gray nor RGB. */
    static Optional<RgbView> view(BufferedImage image) {
        ColorModel colors = image.getColorModel();
        int family = colors.getColorSpace().getType();
        if (family != ColorSpace.TYPE_RGB && family != ColorSpace.TYPE_GRAY) {
            return Optional.empty();
        }
        if (colors instanceof IndexColorModel palette) {
            return Optional.of(fromPalette(image.getRaster(), palette));
        }
        if (isStoredAsShown(colors)) {
            return Optional.of(inPlace(image).orElseGet(() -> fromComponents(image.getRaster(), colors)));
        }
        return Optional.of(fromColorModel(image));
    }

    /** Whether there is one unsigned integer a colour, which needs no more than scaling. */
    private static boolean isStoredAsShown(ColorModel colors) {
        boolean unsigned =
                colors.getTransferType() == DataBuffer.TYPE_BYTE || colors.getTransferType() == DataBuffer.TYPE_USHORT;
        boolean linear = colors.getColorSpace().equals(ColorSpace.getInstance(ColorSpace.CS_LINEAR_RGB));
        return colors instanceof ComponentColorModel && unsigned && !linear;
    }

    private static Optional<RgbView> inPlace(BufferedImage image) {
        Raster raster = image.getRaster();
        if (image.getColorModel().hasAlpha()
                || !(raster.getSampleModel() instanceof PixelInterleavedSampleModel layout)
                || !(raster.getDataBuffer() instanceof DataBufferByte buffer)
                || hasNarrowSamples(image.getColorModel())) {
            return Optional.empty();
        }
        int[] offsets = layout.getBandOffsets();
        int start = buffer.getOffset()
                - raster.getSampleModelTranslateY() * layout.getScanlineStride()
                - raster.getSampleModelTranslateX() * layout.getPixelStride();
        boolean gray = layout.getNumBands() == 1;
        return Optional.of(new RgbView(
                buffer.getData(),
                image.getWidth(),
                image.getHeight(),
                start,
                layout.getPixelStride(),
                layout.getScanlineStride(),
                offsets[0],
                offsets[gray ? 0 : 1],
                offsets[gray ? 0 : 2]));
    }

    private static boolean hasNarrowSamples(ColorModel colors) {
        for (int size : colors.getComponentSize()) {
            if (size != Byte.SIZE) {
                return true;
            }
        }
        return false;
    }

    private static RgbView fromComponents(Raster raster, ColorModel colors) {
        int bands = raster.getNumBands();
        int colorBands = colors.getNumColorComponents();
        int green = colorBands == 1 ? 0 : 1;
        int blue = colorBands == 1 ? 0 : 2;
        boolean alpha = colors.hasAlpha();
        boolean premultiplied = colors.isAlphaPremultiplied();
        int[] sizes = colors.getComponentSize();
        int[] row = new int[bands * raster.getWidth()];
        byte[] rgb = new byte[3 * raster.getWidth() * raster.getHeight()];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
            for (int from = 0; from < row.length; from += bands) {
                int opacity = alpha ? toByte(row[from + colorBands], sizes[colorBands]) : WHITE;
                rgb[to++] = overWhite(toByte(row[from], sizes[0]), opacity, premultiplied);
                rgb[to++] = overWhite(toByte(row[from + green], sizes[green]), opacity, premultiplied);
                rgb[to++] = overWhite(toByte(row[from + blue], sizes[blue]), opacity, premultiplied);
            }
        }
        return RgbView.packed(rgb, raster.getWidth(), raster.getHeight());
    }

    private static RgbView fromPalette(Raster raster, IndexColorModel palette) {
        // a file may use an index that its palette does not reach: black then, as in other decoders
        byte[] colors = new byte[3 << palette.getPixelSize()];
        int[] argb = new int[palette.getMapSize()];
        palette.getRGBs(argb);
        for (int i = 0; i < argb.length; i++) {
            putArgb(argb[i], colors, 3 * i);
        }
        int[] row = new int[raster.getWidth()];
        byte[] rgb = new byte[3 * raster.getWidth() * raster.getHeight()];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
            for (int index : row) {
                System.arraycopy(colors, 3 * index, rgb, to, 3);
                to += 3;
            }
        }
        return RgbView.packed(rgb, raster.getWidth(), raster.getHeight());
    }

    /** For packed integers, floating point and linear light: what the colour model makes of them, row by row. */
    private static RgbView fromColorModel(BufferedImage image) {
        int width = image.getWidth();
        int[] row = new int[width];
        byte[] rgb = new byte[3 * width * image.getHeight()];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                putArgb(argb, rgb, to);
                to += 3;
            }
        }
        return RgbView.packed(rgb, width, image.getHeight());
    }

    private static void putArgb(int argb, byte[] rgb, int to) {
        int opacity = argb >>> 24;
        rgb[to] = overWhite(argb >> 16 & 0xff, opacity, false);
        rgb[to + 1] = overWhite(argb >> 8 & 0xff, opacity, false);
        rgb[to + 2] = overWhite(argb & 0xff, opacity, false);
    }

    private static int toByte(int sample, int bits) {
        if (bits == Byte.SIZE) {
            return sample;
        }
        int most = (1 << bits) - 1;
        return (sample * 255 + most / 2) / most;
    }

    private static byte overWhite(int color, int opacity, boolean premultiplied) {
        if (opacity == 255) {
            return (byte) color;
        }
        int white = WHITE * (255 - opacity);
        int sum = premultiplied ? 255 * color + white : opacity * color + white;
        // premultiplied samples above their opacity are wrong but do occur
        return (byte) Math.min(255, (sum + 127) / 255);
    }
}

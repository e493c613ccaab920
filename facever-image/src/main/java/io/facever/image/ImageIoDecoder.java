package io.facever.image;

import io.facever.Image;
import io.facever.ImageException;
import io.facever.spi.ImageDecoder;
import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes photos with ImageIO: JPEG, PNG, GIF, BMP and TIFF with what the JDK brings, WebP and four-colour JPEG with
 * the TwelveMonkeys plug-ins, and whatever other plug-ins are registered. Safe for any number of threads; makes no
 * temporary files and changes no setting of ImageIO.
 *
 * <p>What comes out:
 * <ul>
 *   <li>the first image of a file with several, turned upright by its EXIF orientation;
 *   <li>gray repeated in three channels as it is stored; 16-bit samples rounded to 8 bits;
 *   <li>transparent pixels over white;
 *   <li>samples as they are stored: an embedded RGB profile is not applied, because the pipelines that face networks
 *       are trained with do not apply any. CMYK and YCCK are turned to RGB by the plug-in, with the profile if there is
 *       one.
 * </ul>
 *
 * <p>A file that is cut off or damaged is refused even where its library would paint the missing part gray.
 *
 * @since 0.1.0
 */
public final class ImageIoDecoder implements ImageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ImageIoDecoder.class);

    private static final int CMYK_COMPONENTS = 4;
    private static final int RGB_COMPONENTS = 3;
    private static final String WAY_OUT = "; give an image that opens in a viewer, as JPEG or PNG";

    /** The JDK's readers that write samples to an array they are given, whatever the order of the colours there. */
    private static final Set<String> FORMATS_READ_IN_PLACE = Set.of("jpeg", "png");

    /** How each JPEG file starts. */
    private static final byte[] START_OF_JPEG = {(byte) 0xff, (byte) 0xd8};

    /**
     * Inputs that a JPEG was read from and that wait for the next, as a new one makes much garbage; more than
     * processors gain nothing. Readers are not kept: those of JPEG still know the tables of a file when they read the
     * next.
     */
    private final BlockingQueue<EncodedInput> idle =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

    /** A decoder; cheap, nothing is loaded yet. */
    public ImageIoDecoder() {}

    @Override
    public String name() {
        return "imageio";
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Image decode(byte[] encoded, String name, long maxPixels) {
        Objects.requireNonNull(encoded, "encoded");
        Objects.requireNonNull(name, "name");
        if (maxPixels < 1) {
            throw new IllegalArgumentException("the most pixels are at least 1, found " + maxPixels);
        }
        if (encoded.length == 0) {
            throw new ImageException("image-empty", name + " is empty (0 bytes)" + WAY_OUT);
        }
        Optional<Image> quick = Arrays.mismatch(START_OF_JPEG, encoded) == START_OF_JPEG.length
                ? decodeJpeg(encoded, name, maxPixels)
                : Optional.empty();
        return quick.orElseGet(() -> decodeAny(encoded, name, maxPixels));
    }

    /**
     * With the JDK's reader, not even asking the others; empty when it fails, so that they may try, and the failure is
     * told as for any file.
     */
    private Optional<Image> decodeJpeg(byte[] encoded, String name, long maxPixels) {
        Optional<ImageReader> found = jpegReaderOfJdk();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        ImageReader reader = found.get();
        EncodedInput kept = idle.poll();
        EncodedInput input = kept == null ? new EncodedInput() : kept;
        input.use(encoded);
        try {
            Image image = new Attempt(encoded, name, maxPixels, input).decode(List.of(reader));
            input.release();
            idle.offer(input);
            return Optional.of(image);
        } catch (ImageException | IOException e) {
            LOG.debug("the JDK's reader alone can't read an image: {}", e.getClass());
            return Optional.empty();
        } finally {
            reader.dispose();
        }
    }

    /** Nothing where it was taken off ImageIO's list. */
    private static Optional<ImageReader> jpegReaderOfJdk() {
        Iterator<ImageReaderSpi> found = IIORegistry.getDefaultInstance()
                .getServiceProviders(ImageReaderSpi.class, ImageIoDecoder::isOfJdkForJpeg, false);
        try {
            return found.hasNext() ? Optional.of(found.next().createReaderInstance()) : Optional.empty();
        } catch (IOException e) {
            LOG.debug("the JDK's reader of JPEG can't be had: {}", e.toString());
            return Optional.empty();
        }
    }

    private static boolean isOfJdkForJpeg(Object provider) {
        return isOfJdk(provider)
                && List.of(((ImageReaderSpi) provider).getFormatNames()).contains("jpeg");
    }

    private static Image decodeAny(byte[] encoded, String name, long maxPixels) {
        try (EncodedInput input = new EncodedInput(encoded)) {
            List<ImageReader> readers = readersOf(input);
            try {
                return new Attempt(encoded, name, maxPixels, input).decode(readers);
            } finally {
                readers.forEach(ImageReader::dispose);
            }
        } catch (IOException e) {
            throw new ImageException("image-corrupt", name + " can't be read: " + e, e);
        }
    }

    /** Those that take the file for theirs; the JDK's first, which read the common files faster than the plug-ins. */
    private static List<ImageReader> readersOf(EncodedInput input) {
        List<ImageReader> readers = new ArrayList<>();
        for (Iterator<ImageReader> found = ImageIO.getImageReaders(input); found.hasNext(); ) {
            ImageReader reader = found.next();
            // wireless bitmaps have no signature: any file that starts with two zeros would be one
            if (format(reader).equals("wbmp")) {
                reader.dispose();
            } else {
                readers.add(reader);
            }
        }
        readers.sort(Comparator.comparing(reader -> !isOfJdk(reader)));
        return readers;
    }

    private static String format(ImageReader reader) {
        try {
            return reader.getFormatName().toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean isOfJdk(Object plugin) {
        return plugin.getClass().getModule() == ImageReader.class.getModule();
    }

    /** One file and what is known about it. */
    private static final class Attempt {
        private final byte[] encoded;
        private final String name;
        private final long maxPixels;
        private final EncodedInput input;
        private final List<String> damages = new ArrayList<>();

        Attempt(byte[] encoded, String name, long maxPixels, EncodedInput input) {
            this.encoded = encoded;
            this.name = name;
            this.maxPixels = maxPixels;
            this.input = input;
        }

        Image decode(List<ImageReader> readers) throws IOException {
            if (readers.isEmpty()) {
                throw new ImageException(
                        "image-format-unknown",
                        name + " (" + encoded.length + " bytes) is not an image of a known format; known are "
                                + knownFormats() + WAY_OUT);
            }
            EncodedMetadata metadata = EncodedMetadata.read(encoded, format(readers.get(0)));
            if (metadata.cutOff()) {
                throw cutOff("the file ends before it says that it does");
            }
            List<ImageReader> able = readers;
            if (metadata.components() == CMYK_COMPONENTS) {
                able = readers.stream().filter(reader -> !isOfJdk(reader)).toList();
                if (able.isEmpty()) {
                    throw new ImageException(
                            "image-colour-unsupported",
                            name + " is a JPEG of four colours (CMYK or YCCK), which the JDK alone decodes wrongly;"
                                    + " add com.twelvemonkeys.imageio:imageio-jpeg, or give it as RGB");
                }
            }
            Optional<Exception> failure = Optional.empty();
            for (ImageReader reader : able) {
                try {
                    return decode(reader, metadata.orientation());
                } catch (ImageException e) {
                    throw e;
                } catch (IOException | RuntimeException e) {
                    // plug-ins answer damaged files with any runtime exception
                    LOG.debug("{} can't read an image: {}", reader.getClass().getName(), e.toString());
                    failure = failure.or(() -> Optional.of(e));
                }
            }
            Exception cause = failure.orElseThrow();
            if (endOfFile(cause) || !damages.isEmpty()) {
                throw cutOff(damages.isEmpty() ? cause.toString() : damages.get(0), cause);
            }
            throw new ImageException(
                    "image-corrupt",
                    name + " looks like " + format(able.get(0)).toUpperCase(Locale.ROOT) + " but can't be decoded: "
                            + cause + WAY_OUT,
                    cause);
        }

        private Image decode(ImageReader reader, Orientation orientation) throws IOException {
            input.seek(0);
            // metadata are ours to read, and only one image is wanted
            reader.setInput(input, true, true);
            reader.addIIOReadWarningListener((source, warning) -> {
                if (isDamage(warning)) {
                    damages.add(warning);
                }
            });
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            checkSize(width, height);
            Image image = read(reader, width, height, orientation);
            if (!damages.isEmpty()) {
                throw cutOff(damages.get(0));
            }
            return image;
        }

        private void checkSize(int width, int height) throws IOException {
            if (width < 1 || height < 1) {
                throw new IOException("the header says " + width + "x" + height + " pixels");
            }
            long most = Math.min(maxPixels, (Integer.MAX_VALUE - 8) / RGB_COMPONENTS);
            if ((long) width * height > most) {
                throw new ImageException(
                        "image-too-large",
                        name + " has " + width + "x" + height + " pixels, at most " + most + " (width x height) are "
                                + "accepted; give a smaller image, or raise the limit with maxPixels in the builder");
            }
        }

        private Image read(ImageReader reader, int width, int height, Orientation orientation) throws IOException {
            Optional<ImageTypeSpecifier> rgb = plainRgb(reader);
            if (rgb.isPresent() && isOfJdk(reader) && FORMATS_READ_IN_PLACE.contains(format(reader))) {
                ColorModel colors = rgb.get().getColorModel();
                if (orientation == Orientation.UPRIGHT) {
                    return readInPlace(reader, width, height, colors);
                }
                byte[] stored = new byte[RGB_COMPONENTS * width * height];
                readTo(stored, reader, width, height, colors);
                return RgbView.packed(stored, width, height)
                        .upright(orientation)
                        .toImage();
            }
            ImageReadParam param = reader.getDefaultReadParam();
            rgb.ifPresent(param::setDestinationType);
            BufferedImage decoded = reader.read(0, param);
            return BufferedImages.view(decoded)
                    .orElseThrow(() -> unsupported(name, decoded))
                    .upright(orientation)
                    .toImage();
        }

        private ImageException cutOff(String found) {
            return new ImageException("image-truncated", cutOffMessage(found));
        }

        private ImageException cutOff(String found, Exception cause) {
            return new ImageException("image-truncated", cutOffMessage(found), cause);
        }

        private String cutOffMessage(String found) {
            return name + " (" + encoded.length + " bytes) is cut off or damaged: " + found
                    + "; give the complete file, perhaps by copying it again";
        }
    }

    static ImageException unsupported(String name, BufferedImage image) {
        return new ImageException(
                "image-colour-unsupported",
                name + " has " + image.getColorModel().getNumComponents() + " components in colour space type "
                        + image.getColorModel().getColorSpace().getType()
                        + " of java.awt.color.ColorSpace; give it in gray or RGB");
    }

    /**
     * The layout in which the samples come as stored, if they are 8-bit RGB without alpha. With an embedded profile a
     * JPEG reader offers sRGB, to which it would convert, and the profile's own colour space, with which it does not.
     */
    private static Optional<ImageTypeSpecifier> plainRgb(ImageReader reader) throws IOException {
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (!types.hasNext()) {
            return Optional.empty();
        }
        ImageTypeSpecifier standard = types.next();
        if (!isPlainRgb(standard)) {
            return Optional.empty();
        }
        while (types.hasNext()) {
            ImageTypeSpecifier other = types.next();
            if (isPlainRgb(other) && !other.getColorModel().getColorSpace().isCS_sRGB()) {
                return Optional.of(other);
            }
        }
        return Optional.of(standard);
    }

    private static boolean isPlainRgb(ImageTypeSpecifier type) {
        ColorModel colors = type.getColorModel();
        return colors instanceof ComponentColorModel
                && colors.getTransferType() == DataBuffer.TYPE_BYTE
                && colors.getNumComponents() == RGB_COMPONENTS
                && colors.getColorSpace().getType() == ColorSpace.TYPE_RGB;
    }

    /** Lets the reader write to the array that becomes the image: no second copy, and no pass over the pixels. */
    private static Image readInPlace(ImageReader reader, int width, int height, ColorModel colors) throws IOException {
        try {
            return Image.ofPixels(width, height, rgb -> {
                try {
                    readTo(rgb, reader, width, height, colors);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Reads red, green, blue. In the order of ImageIO's own images, the JPEG reader would make garbage at each row. */
    private static void readTo(byte[] rgb, ImageReader reader, int width, int height, ColorModel colors)
            throws IOException {
        var raster = Raster.createInterleavedRaster(
                new DataBufferByte(rgb, rgb.length),
                width,
                height,
                RGB_COMPONENTS * width,
                RGB_COMPONENTS,
                new int[] {0, 1, 2},
                new Point(0, 0));
        ImageReadParam param = reader.getDefaultReadParam();
        param.setDestination(new BufferedImage(colors, raster, false, null));
        reader.read(0, param);
    }

    /**
     * Whether a reader's warning means that pixels are missing or wrong. The texts are those of the JDK's JPEG reader
     * and of libjpeg below it, which have no translations. Bytes before the end marker are padding, and an unusable
     * colour profile is not used anyway.
     */
    private static boolean isDamage(String warning) {
        String text = warning.toLowerCase(Locale.ROOT);
        return text.contains("truncated file")
                || text.contains("premature end")
                || (text.contains("corrupt jpeg data") && !text.contains("before marker 0xd9"));
    }

    private static boolean endOfFile(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException) {
                return true;
            }
        }
        return false;
    }

    private static String knownFormats() {
        return String.join(
                ", ",
                new TreeSet<>(List.of(ImageIO.getReaderFormatNames()).stream()
                        .map(format -> format.toUpperCase(Locale.ROOT))
                        .filter(format -> !format.equals("WBMP"))
                        .toList()));
    }
}

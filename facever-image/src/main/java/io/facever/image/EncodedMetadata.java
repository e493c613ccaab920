package io.facever.image;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.imaging.jpeg.JpegSegmentData;
import com.drew.imaging.jpeg.JpegSegmentReader;
import com.drew.imaging.jpeg.JpegSegmentType;
import com.drew.imaging.png.PngChunk;
import com.drew.imaging.png.PngChunkReader;
import com.drew.imaging.png.PngChunkType;
import com.drew.imaging.png.PngProcessingException;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.SequentialByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import com.drew.metadata.jpeg.JpegReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file says about its pixels beside them. ImageIO knows nothing of EXIF; metadata that makes no sense never
 * keeps an image from being read.
 *
 * @param orientation how to turn the image
 * @param components colour components of a JPEG file; 0 for other formats and where the file does not say
 * @param cutOff whether the file ends before it says that it does
 */
record EncodedMetadata(Orientation orientation, int components, boolean cutOff) {
    private static final Logger LOG = LoggerFactory.getLogger(EncodedMetadata.class);
    private static final EncodedMetadata NOTHING = new EncodedMetadata(Orientation.UPRIGHT, 0, false);

    /** The segments of a JPEG file that hold the frame's header. */
    private static final List<JpegSegmentType> FRAMES = StreamSupport.stream(
                    new JpegReader().getSegmentTypes().spliterator(), false)
            .toList();

    /** The bytes of that header before the count of components: bits of a sample, height, width. */
    private static final int BEFORE_COMPONENTS = 5;

    private static final List<JpegSegmentType> WANTED =
            Stream.concat(Stream.of(JpegSegmentType.APP1), FRAMES.stream()).toList();

    /**
     * Reads the metadata.
     *
     * @param encoded the file
     * @param format the format's name as ImageIO has it
     */
    static EncodedMetadata read(byte[] encoded, String format) {
        try {
            return switch (format.toLowerCase(Locale.ROOT)) {
                case "jpeg" -> ofJpeg(encoded);
                case "png" -> ofPng(encoded);
                case "webp" -> ofWebp(encoded);
                case "tiff", "tif" -> ofOther(encoded);
                default -> NOTHING;
            };
        } catch (IOException | ImageProcessingException | RuntimeException e) {
            // the message only: a parser's exception may quote the file
            LOG.debug("metadata can't be read, the image is taken as upright: {}", e.getClass());
            return NOTHING;
        }
    }

    private static EncodedMetadata ofJpeg(byte[] encoded) throws IOException, JpegProcessingException {
        JpegSegmentData segments = JpegSegmentReader.readSegments(new SequentialByteArrayReader(encoded), WANTED);
        // many files have no EXIF, and parsing nothing would make garbage too
        if (!segments.containsSegment(JpegSegmentType.APP1)) {
            return new EncodedMetadata(Orientation.UPRIGHT, components(segments), false);
        }
        Metadata metadata = new Metadata();
        JpegMetadataReader.processJpegSegmentData(metadata, List.of(new ExifReader()), segments);
        return new EncodedMetadata(orientation(metadata), components(segments), false);
    }

    private static int components(JpegSegmentData segments) {
        for (JpegSegmentType type : FRAMES) {
            byte[] frame = segments.getSegment(type);
            if (frame != null) {
                return frame.length > BEFORE_COMPONENTS ? frame[BEFORE_COMPONENTS] & 0xff : 0;
            }
        }
        return 0;
    }

    private static EncodedMetadata ofPng(byte[] encoded) throws IOException, PngProcessingException {
        Iterable<PngChunk> chunks;
        try {
            chunks = new PngChunkReader().extract(new SequentialByteArrayReader(encoded), Set.of(PngChunkType.eXIf));
        } catch (EOFException e) {
            return new EncodedMetadata(Orientation.UPRIGHT, 0, true);
        }
        Metadata metadata = new Metadata();
        for (PngChunk chunk : chunks) {
            new ExifReader().extract(new ByteArrayReader(chunk.getBytes()), metadata);
        }
        return new EncodedMetadata(orientation(metadata), 0, false);
    }

    /** A RIFF file says how long it is, not counting the eight bytes with which it does so. */
    private static EncodedMetadata ofWebp(byte[] encoded) throws IOException, ImageProcessingException {
        long length = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xffff_ffffL;
        return encoded.length < length + 8 ? new EncodedMetadata(Orientation.UPRIGHT, 0, true) : ofOther(encoded);
    }

    private static EncodedMetadata ofOther(byte[] encoded) throws IOException, ImageProcessingException {
        Metadata metadata = ImageMetadataReader.readMetadata(new ByteArrayInputStream(encoded), encoded.length);
        return new EncodedMetadata(orientation(metadata), 0, false);
    }

    private static Orientation orientation(Metadata metadata) {
        ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
        Integer value = directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
        return value == null ? Orientation.UPRIGHT : Orientation.ofExif(value);
    }
}

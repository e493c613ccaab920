package io.facever.image;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.imaging.jpeg.JpegSegmentData;
import com.drew.imaging.jpeg.JpegSegmentMetadataReader;
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
import com.drew.metadata.jpeg.JpegDirectory;
import com.drew.metadata.jpeg.JpegReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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

    /** Of a JPEG file's segments, only these are parsed: those with the orientation and with the frame's header. */
    private static final List<JpegSegmentMetadataReader> JPEG_READERS = List.of(new ExifReader(), new JpegReader());

    private static final List<JpegSegmentType> JPEG_SEGMENTS = JPEG_READERS.stream()
            .flatMap(reader -> StreamSupport.stream(reader.getSegmentTypes().spliterator(), false))
            .distinct()
            .toList();

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
        JpegSegmentData segments =
                JpegSegmentReader.readSegments(new SequentialByteArrayReader(encoded), JPEG_SEGMENTS);
        Metadata metadata = new Metadata();
        JpegMetadataReader.processJpegSegmentData(metadata, JPEG_READERS, segments);
        JpegDirectory frame = metadata.getFirstDirectoryOfType(JpegDirectory.class);
        Integer components = frame == null ? null : frame.getInteger(JpegDirectory.TAG_NUMBER_OF_COMPONENTS);
        return new EncodedMetadata(orientation(metadata), components == null ? 0 : components, false);
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

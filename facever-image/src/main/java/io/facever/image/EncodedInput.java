package io.facever.image;

import java.io.EOFException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import javax.imageio.stream.ImageInputStreamImpl;

/** Encoded bytes as ImageIO wants them, read in place: the JDK's own streams copy them to a cache or to a file. */
final class EncodedInput extends ImageInputStreamImpl {
    /**
     * How often a reader may ask for bytes behind the last one. A few times is usual, for those that read ahead. One
     * of the plug-ins takes the end for zeros and goes on, which takes minutes on files that were made for it.
     */
    private static final int PATIENCE = 64;

    private static final byte[] NOTHING = {};

    private byte[] encoded = NOTHING;
    private int readsBehindEnd;

    /** Without bytes until it is given some. */
    EncodedInput() {}

    EncodedInput(byte[] encoded) {
        this.encoded = encoded;
    }

    /**
     * Starts anew with other bytes. Those before must have been read by a reader that takes back its marks, as the
     * JDK's of JPEG does.
     */
    void use(byte[] bytes) {
        encoded = bytes;
        readsBehindEnd = 0;
        streamPos = 0;
        flushedPos = 0;
        bitOffset = 0;
        byteOrder = ByteOrder.BIG_ENDIAN;
    }

    /** Lets go of the bytes. */
    void release() {
        use(NOTHING);
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < encoded.length ? encoded[(int) streamPos++] & 0xff : end();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        if (streamPos >= encoded.length) {
            return length == 0 ? 0 : end();
        }
        int count = (int) Math.min(length, encoded.length - streamPos);
        System.arraycopy(encoded, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    private int end() {
        readsBehindEnd++;
        if (readsBehindEnd > PATIENCE) {
            throw new UncheckedIOException(new EOFException("the reader wants more bytes than there are"));
        }
        return -1;
    }

    @Override
    public long length() {
        return encoded.length;
    }

    @Override
    public boolean isCached() {
        return true;
    }

    @Override
    public boolean isCachedMemory() {
        return true;
    }
}

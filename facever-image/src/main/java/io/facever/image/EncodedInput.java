package io.facever.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** Encoded bytes as ImageIO wants them, read in place: the JDK's own streams copy them to a cache or to a file. */
final class EncodedInput extends ImageInputStreamImpl {
    private final byte[] encoded;

    EncodedInput(byte[] encoded) {
        this.encoded = encoded;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < encoded.length ? encoded[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        if (streamPos >= encoded.length) {
            return length == 0 ? 0 : -1;
        }
        int count = (int) Math.min(length, encoded.length - streamPos);
        System.arraycopy(encoded, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
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

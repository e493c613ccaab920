package io.facever.template;

import io.facever.Embedding;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts templates with AES in Galois/Counter Mode (NIST SP 800-38D), so that they can't be read or altered without
 * the key. Each sealed template names its key, so keys can be changed one template at a time: add the new key, make it
 * current, {@link #reseal} what is stored, remove the old key.
 *
 * <p>Layout: {@code "FVES"}, version (1 byte, now 1), length of the key id (1 byte), key id (UTF-8), nonce (12 bytes,
 * random), ciphertext with its tag (16 bytes). All before the nonce is authenticated, too.
 *
 * <p>With random nonces a key should seal at most 2<sup>32</sup> templates (SP 800-38D, 8.3). This class keeps keys in
 * memory; where they come from and who may use them is up to the application. Safe for any number of threads.
 *
 * @since 0.1.0
 */
public final class TemplateSeal {
    private static final byte[] MAGIC = {'F', 'V', 'E', 'S'};
    private static final byte VERSION = 1;
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MAX_KEY_ID_BYTES = 255;

    private final Map<String, SecretKey> keys;
    private final String current;
    private final SecureRandom random = new SecureRandom();

    /**
     * A seal.
     *
     * @param keys AES keys by id; ids are stored in the clear, at most 255 bytes of UTF-8 each
     * @param current id of the key that new templates are sealed with
     * @throws IllegalArgumentException when the current key is not among them, a key is no AES key, or an id too long
     */
    public TemplateSeal(Map<String, SecretKey> keys, String current) {
        this.keys = Map.copyOf(keys);
        this.current = Objects.requireNonNull(current, "current");
        if (!this.keys.containsKey(current)) {
            throw new IllegalArgumentException("the current key '" + current + "' is not among the given ones: "
                    + new TreeMap<>(this.keys).keySet());
        }
        this.keys.forEach((id, key) -> {
            if (!"AES".equals(key.getAlgorithm())) {
                throw new IllegalArgumentException("key '" + id + "' is for " + key.getAlgorithm() + ", expected AES");
            }
            int length = id.getBytes(StandardCharsets.UTF_8).length;
            if (length < 1 || length > MAX_KEY_ID_BYTES) {
                throw new IllegalArgumentException(
                        "a key id has 1 to " + MAX_KEY_ID_BYTES + " bytes of UTF-8, found " + length);
            }
        });
    }

    /**
     * Seals an embedding with the current key.
     *
     * @param embedding what to store
     * @return bytes that only {@link #open} with the same key can read
     */
    public byte[] seal(Embedding embedding) {
        byte[] plain = Templates.toBytes(embedding);
        byte[] keyId = current.getBytes(StandardCharsets.UTF_8);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] header = ByteBuffer.allocate(MAGIC.length + 2 + keyId.length)
                .put(MAGIC)
                .put(VERSION)
                .put((byte) keyId.length)
                .put(keyId)
                .array();
        byte[] sealed = run(Cipher.ENCRYPT_MODE, key(current), nonce, header, plain);
        return ByteBuffer.allocate(header.length + nonce.length + sealed.length)
                .put(header)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /**
     * Opens a sealed embedding.
     *
     * @param sealed what {@link #seal} gave
     * @throws TemplateException when it is foreign, altered, cut off, of a newer version, or its key is not there
     */
    public Embedding open(byte[] sealed) {
        ByteBuffer in = ByteBuffer.wrap(sealed);
        try {
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new TemplateException(
                        "template-foreign",
                        "the " + sealed.length + " bytes are no sealed facever template: they do not begin with FVES");
            }
            int version = in.get() & 0xff;
            if (version != VERSION) {
                throw new TemplateException(
                        "template-version",
                        "the sealed template has format version " + version + ", this facever reads version "
                                + VERSION);
            }
            byte[] keyId = new byte[in.get() & 0xff];
            in.get(keyId);
            byte[] header = Arrays.copyOf(sealed, in.position());
            byte[] nonce = new byte[NONCE_BYTES];
            in.get(nonce);
            // the JDK's cipher answers less than a tag with an error of its own making
            if (in.remaining() < TAG_BITS / Byte.SIZE) {
                throw new BufferUnderflowException();
            }
            byte[] encrypted = new byte[in.remaining()];
            in.get(encrypted);
            SecretKey key = key(new String(keyId, StandardCharsets.UTF_8));
            return Templates.fromBytes(run(Cipher.DECRYPT_MODE, key, nonce, header, encrypted));
        } catch (BufferUnderflowException e) {
            throw new TemplateException(
                    "template-damaged", "the sealed template is cut off: it has " + sealed.length + " bytes", e);
        }
    }

    /**
     * Seals a template anew with the current key.
     *
     * @param sealed what {@link #seal} gave, with this or an older key
     * @throws TemplateException when it can't be opened
     */
    public byte[] reseal(byte[] sealed) {
        return seal(open(sealed));
    }

    private SecretKey key(String id) {
        SecretKey key = keys.get(id);
        if (key == null) {
            throw new TemplateException(
                    "template-key-missing",
                    "the template is sealed with key '" + id + "'; keys here: " + new TreeMap<>(keys).keySet());
        }
        return key;
    }

    private static byte[] run(int mode, SecretKey key, byte[] nonce, byte[] header, byte[] input) {
        try {
            Cipher cipher = Cipher.getInstance(TRANSFORMATION);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(header);
            return cipher.doFinal(input);
        } catch (AEADBadTagException e) {
            throw new TemplateException(
                    "template-damaged", "the sealed template was altered, or sealed with another key of that id", e);
        } catch (GeneralSecurityException e) {
            throw new TemplateException("template-key-missing", "the key can't be used for AES-GCM: " + e, e);
        }
    }
}

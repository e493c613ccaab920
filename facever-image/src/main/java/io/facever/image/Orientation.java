package io.facever.image;

/**
 * How a stored image is turned to stand upright: the eight values of EXIF tag 0x0112 (EXIF 2.32, CIPA DC-008, section
 * 4.6.4 A). Each is a mirroring of the stored columns, a mirroring of the stored rows, and an exchange of rows and
 * columns, done or not.
 */
enum Orientation {
    /** Stored upright. */
    UPRIGHT(false, false, false),
    /** Stored mirrored left to right. */
    MIRRORED(true, false, false),
    /** Stored upside down. */
    ROTATED_180(true, true, false),
    /** Stored mirrored top to bottom. */
    MIRRORED_180(false, true, false),
    /** Stored with rows and columns exchanged. */
    TRANSPOSED(false, false, true),
    /** Upright after a quarter turn clockwise: a phone held upright. */
    ROTATED_90(false, true, true),
    /** Stored with rows and columns exchanged along the other diagonal. */
    TRANSVERSED(true, true, true),
    /** Upright after a quarter turn counter-clockwise. */
    ROTATED_270(true, false, true);

    private final boolean mirrorsColumns;
    private final boolean mirrorsRows;
    private final boolean exchanges;

    Orientation(boolean mirrorsColumns, boolean mirrorsRows, boolean exchanges) {
        this.mirrorsColumns = mirrorsColumns;
        this.mirrorsRows = mirrorsRows;
        this.exchanges = exchanges;
    }

    /**
     * From the number in the file.
     *
     * @param value 1 to 8; anything else is taken for 1, as every viewer does
     */
    static Orientation ofExif(int value) {
        return value >= 1 && value <= values().length ? values()[value - 1] : UPRIGHT;
    }

    /** Whether stored columns run from right to left. */
    boolean mirrorsColumns() {
        return mirrorsColumns;
    }

    /** Whether stored rows run from bottom to top. */
    boolean mirrorsRows() {
        return mirrorsRows;
    }

    /** Whether a stored column becomes a row of the upright image. */
    boolean exchanges() {
        return exchanges;
    }
}

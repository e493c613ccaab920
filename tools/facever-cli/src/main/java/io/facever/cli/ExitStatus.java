package io.facever.cli;

/** What the command tells the shell. */
final class ExitStatus {
    /** {@code verify}: the same person. Other commands: done. */
    static final int MATCH = 0;
    /** Done. */
    static final int OK = 0;
    /** {@code verify}: different people. */
    static final int NO_MATCH = 1;
    /** Wrong usage: an option or a value that can't be. */
    static final int USAGE = 2;
    /** No usable face. */
    static final int INCONCLUSIVE = 3;
    /** An image can't be read. */
    static final int IMAGE = 4;
    /** Models or engine are not available. */
    static final int UNAVAILABLE = 5;
    /** A result can't be written. */
    static final int OUTPUT = 6;
    /** A fault of facever itself. */
    static final int FAULT = 70;

    private ExitStatus() {}
}

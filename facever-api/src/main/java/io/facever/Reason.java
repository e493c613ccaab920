package io.facever;

/**
 * Why a verification was {@link Outcome#INCONCLUSIVE}.
 *
 * @since 0.1.0
 */
public enum Reason {
    /** The detector found no face in the first image. */
    NO_FACE_IN_FIRST_IMAGE("No face was found in the first image. Please give a clearer image of the face."),
    /** The detector found no face in the second image. */
    NO_FACE_IN_SECOND_IMAGE("No face was found in the second image. Please give a clearer image of the face."),
    /** {@link FaceSelection#SINGLE} was asked for and the first image has several. */
    SEVERAL_FACES_IN_FIRST_IMAGE(
            "The first image shows several faces where one is required. Please give an image of one person."),
    /** {@link FaceSelection#SINGLE} was asked for and the second image has several. */
    SEVERAL_FACES_IN_SECOND_IMAGE(
            "The second image shows several faces where one is required. Please give an image of one person."),
    /** The face in the first image is below the least size set in the builder. */
    FACE_TOO_SMALL_IN_FIRST_IMAGE(
            "The face in the first image is too small. Please give an image in which the face is larger."),
    /** The face in the second image is below the least size set in the builder. */
    FACE_TOO_SMALL_IN_SECOND_IMAGE(
            "The face in the second image is too small. Please give an image in which the face is larger."),
    /** The face in the first image is beyond a limit of the {@link Face.Quality.Gate}; its result says which. */
    LOW_QUALITY_IN_FIRST_IMAGE(
            "The face in the first image can't be seen well enough. Please give a sharp, evenly lit image from the"
                    + " front."),
    /** The face in the second image is beyond a limit of the {@link Face.Quality.Gate}; its result says which. */
    LOW_QUALITY_IN_SECOND_IMAGE(
            "The face in the second image can't be seen well enough. Please give a sharp, evenly lit image from the"
                    + " front."),
    /** {@link Liveness.Policy#BLOCK} was asked for, and a face looks more like a picture than like a living person. */
    SPOOF_SUSPECTED(
            "One of the images may show a picture of a face. Please give a photo taken of the person directly.");

    private final String message;

    Reason(String message) {
        this.message = message;
    }

    /** A sentence for the person in front of the screen. */
    public String message() {
        return message;
    }
}

/** The face detector MTCNN. {@link io.facever.mtcnn.Mtcnn} tells its source and settings. */
package io.facever.mtcnn;

/** The {@code facever} command: verify, detect, embed, models. */
package io.facever.cli;

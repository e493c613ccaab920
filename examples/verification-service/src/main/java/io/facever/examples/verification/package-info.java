/** Face verification over HTTP. */
package io.facever.examples.verification;

/**
 * Test suites over golden data that every inference engine passes. An engine's tests extend the abstract suites; the
 * data is read from the folder {@code shared} beside the repository, never copied into it.
 */
package io.facever.conformance;

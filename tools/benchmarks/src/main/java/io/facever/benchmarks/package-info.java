/** How long the stages take, beside the bare networks on the same inputs in the same run. Start at {@code run}. */
package io.facever.benchmarks;

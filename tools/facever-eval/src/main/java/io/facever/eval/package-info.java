/**
 * Measures face verification: protocols (LFW pairs, all pairs, identification), statistics with intervals, calibration
 * and reports. {@link io.facever.eval.EvalCommand} is the command line; the statistics ({@link io.facever.eval.Roc} and
 * its neighbours) are pure functions over scores and labels.
 */
package io.facever.eval;

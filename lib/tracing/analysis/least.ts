/** How many traces it takes to say something of a 95th percentile. */

/** Fewer than this say nothing of it. */
export const MIN_TAIL = 20;

/**
 * Fewer traces than this bound no 95th percentile from above with 97.5 % confidence, whatever is computed: that none of n
 * lies above it has the probability 0.95^n, which is more than 2.5 % below 72 (order statistics; Hahn and Meeker,
 * Statistical Intervals, 1991, section 5.2).
 */
export const MIN_BOUND = Math.ceil(Math.log(0.025) / Math.log(0.95));

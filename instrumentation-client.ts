/**
 * Runs in the browser in the task in which the framework begins (Next's convention): what is long after it is ours.
 * https://nextjs.org/docs/app/api-reference/file-conventions/instrumentation-client
 */
performance.mark("page:script");

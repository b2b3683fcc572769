/**
 * An AbortSignal that fires when the user or a supervisor wants us to end (Ctrl-C, SIGTERM, a closed terminal, a bootstrap
 * that was killed and so can't pass a signal on).
 * Further signals are swallowed: a terminal's Ctrl-C arrives twice, once directly and once passed on by the bootstrap.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort(new Error(`ended by ${signal}`)));
  }
  if (process.env.MESHSCOPE_BOOTSTRAP === String(process.ppid)) {
    const bootstrap = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === bootstrap) return;
      clearInterval(watch);
      controller.abort(new Error("ended, because the process that started this one is gone"));
    }, 500);
    watch.unref();
  }
  return controller.signal;
}

/** Resolves when the signal fires, at once if it already has. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

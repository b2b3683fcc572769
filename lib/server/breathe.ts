/** Between two pieces of long work other requests get their turn, and whoever left is noticed. Rejects by the signal. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

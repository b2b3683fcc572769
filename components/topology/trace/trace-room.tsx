/** The bar's room while the trace is read, so that the drawing is fitted once. */
export function TraceRoom() {
  return <p className="min-h-9 shrink-0 px-4 pt-1 pb-1 text-ink-3">Reading the trace</p>;
}

/** The room of plot and rows while the first answer is on its way. */
export function Loading() {
  return (
    <div aria-busy="true" className="flex grow flex-col">
      <p className="border-b border-line px-4 py-[13px] text-ink-3">Searching…</p>
      <div className="h-56 border-b border-line" aria-hidden="true" />
      {Array.from({ length: 10 }, (_, index) => (
        <div key={index} className="flex h-8 shrink-0 items-center border-b border-line px-4" aria-hidden="true">
          <span className="h-2 rounded bg-line" style={{ width: `${14 + ((index * 7) % 20)}%` }} />
        </div>
      ))}
    </div>
  );
}

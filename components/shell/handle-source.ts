/** The handle on a worker as a store: made when somebody first looks, closed when nobody does any more. */
export function createSource<Handle extends { readonly close: () => void }>(create: () => Handle) {
  let handle: Handle | null = null;
  const listeners = new Set<() => void>();
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      handle ??= create();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        handle?.close();
        handle = null;
      };
    },
    get: () => handle,
  };
}

/** What there is before the page's script runs. */
export const noHandle = (): null => null;

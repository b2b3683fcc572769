"use client";

import { startTransition, useEffect, useState } from "react";

/**
 * A handle on a worker, made once the page's script runs and closed with the component; null before. It comes as a
 * transition: whatever waits for it is rendered in slices, never as one long task. `create` is read once; nothing is made
 * before it is `due`.
 */
export function useHandle<Handle extends { readonly close: () => void }>(
  create: () => Handle,
  due = true,
): Handle | null {
  const [handle, setHandle] = useState<Handle | null>(null);
  const [make] = useState(() => create);
  useEffect(() => {
    if (!due) return;
    const made = make();
    startTransition(() => setHandle(made));
    return () => made.close();
  }, [make, due]);
  return handle;
}

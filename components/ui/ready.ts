import { useEffect } from "react";

/** Tells tests and monitoring that the page can be used: it has what it waited for, or says why not. Once: it is never taken back. */
export function useReady(ready: boolean): void {
  useEffect(() => {
    if (ready) document.documentElement.dataset["ready"] = "true";
  }, [ready]);
}

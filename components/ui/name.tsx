import { clsx } from "clsx";

/** A name from outside: text only, isolated from the direction of what surrounds it, cut at the end with the whole in title. */
export function Name({ text, className }: { readonly text: string; readonly className?: string }) {
  return (
    <bdi className={clsx("name", className)} title={text}>
      {text}
    </bdi>
  );
}

import type { ReactNode } from "react";

/** A page that has one thing to say: what is so, and one way on. */
export function FullPage({
  title,
  text,
  action,
}: {
  readonly title: string;
  readonly text: string;
  readonly action: ReactNode;
}) {
  return (
    <main className="grid h-full place-items-center p-6">
      <div className="max-w-md">
        <h1 className="text-[15px] font-semibold">{title}</h1>
        <p className="mt-2 text-ink-2">{text}</p>
        <p className="mt-4 text-accent underline underline-offset-2">{action}</p>
      </div>
    </main>
  );
}

import { Fragment } from "react";

/** A host, which breaks after its dots where it has to, before it breaks anywhere. */
export function HostText({ text }: { readonly text: string }) {
  // Each part with how far it reaches, which no other part has.
  const parts = [...text.matchAll(/[^.]*\.|[^.]+$/g)].map(({ 0: part, index }) => ({ part, index }));
  return (
    <bdi className="wrap-anywhere">
      {parts.map(({ part, index }) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </bdi>
  );
}

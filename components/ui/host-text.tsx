import { Fragment } from "react";

/** A host, which breaks after its dots where it has to, before it breaks anywhere. */
export function HostText({ text }: { readonly text: string }) {
  return (
    <bdi className="wrap-anywhere">
      {text.split(/(?<=\.)/).map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is what stands at its place
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </bdi>
  );
}

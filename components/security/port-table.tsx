import { Cell, DataTable } from "#components/ui/section.tsx";
import type { PortSecurity } from "#lib/policy/security.ts";
import { SourceText } from "./parts.tsx";

const MODES = {
  STRICT: { mark: "●", text: "STRICT", about: "mutual TLS alone" },
  PERMISSIVE: { mark: "◐", text: "PERMISSIVE", about: "mutual TLS and plaintext" },
  DISABLE: { mark: "○", text: "DISABLE", about: "plaintext alone" },
} as const;

/** What each port takes, and who says so, from the mesh inwards. */
export function PortTable({ ports }: { readonly ports: readonly PortSecurity[] }) {
  return (
    <DataTable label="Mutual TLS by port" columns={[{ title: "Port" }, { title: "Takes" }, { title: "Because of" }]}>
      {ports.map((each) => (
        <tr key={`${each.port} ${each.name}`}>
          <Cell className="pr-4 align-top">
            <span className="tabular-nums">{portText(each)}</span>
            {each.services.length > 0 && (
              <span className="block text-[11px] text-ink-3 wrap-anywhere">
                of {each.services.length === 1 ? "service" : "services"} {each.services.join(", ")}
              </span>
            )}
          </Cell>
          <Cell className="pr-4 align-top">
            <Mode port={each} />
          </Cell>
          <Cell className="align-top">
            <Chain port={each} />
          </Cell>
        </tr>
      ))}
    </DataTable>
  );
}

function portText({ port, name }: PortSecurity): string {
  if (port !== null) return String(port);
  return name ?? "All others";
}

function Mode({ port: { mode, lacks, past } }: { readonly port: PortSecurity }) {
  if (past !== undefined) {
    return (
      <>
        <span aria-hidden="true">∅ </span>
        <span className="font-semibold text-degraded">not enforced</span>
        <span className="block text-[11px] text-ink-2">it comes past the sidecar, and no policy counts</span>
      </>
    );
  }
  if (mode === null) {
    return (
      <>
        <span className="font-semibold text-degraded">? unknown</span>
        <span className="block text-[11px] text-ink-2 wrap-anywhere">lacks {lacks.join("; ")}</span>
      </>
    );
  }
  const { mark, text, about } = MODES[mode];
  return (
    <>
      <span aria-hidden="true">{mark} </span>
      <span className="font-semibold">{text}</span>
      <span className="block text-[11px] text-ink-2">{about}</span>
    </>
  );
}

function Chain({ port: { chain, mode, past } }: { readonly port: PortSecurity }) {
  if (past === "") return <span className="text-ink-2">a port of the sidecar itself</span>;
  if (past !== undefined) {
    return (
      <span className="text-ink-2">
        annotation <code className="font-mono text-[11px]">{past}</code> of its pods
      </span>
    );
  }
  const unknown = mode === null;
  if (chain.length === 0 && unknown) return <span className="text-ink-2">what decides isn’t known</span>;
  if (chain.length === 0) return <span className="text-ink-2">no PeerAuthentication: PERMISSIVE by default</span>;
  return (
    <ol>
      {chain.toReversed().map(({ level, mode: said, source }, index) => (
        <li key={level} className={index > 0 ? "mt-1 text-ink-3" : undefined}>
          <span className="text-[11px] text-ink-2">
            {index > 0 ? "overridden" : unknown && source !== null ? "may decide" : "decides"} · {level}
            {said !== null && ` · ${said}`}
          </span>{" "}
          <SourceText source={source} />
        </li>
      ))}
    </ol>
  );
}

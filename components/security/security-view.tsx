import { Notice } from "#components/policies/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import type { WorkloadSecurity } from "#lib/policy/security.ts";
import { Lacks, SourceText } from "./parts.tsx";
import { PointView } from "./point-view.tsx";
import { PortTable } from "./port-table.tsx";

/** From the connection inwards: mutual TLS, then each proxy that decides who is let in. */
export function SecurityView({ security }: { readonly security: WorkloadSecurity }) {
  const { dataplane, ports, notes, points, unenforced, lacks } = security;
  return (
    <>
      <p className="mt-2 max-w-[90ch] text-[11px] text-ink-3">
        Worked out from the objects by Istio’s rules.{" "}
        {dataplane === "sidecar" &&
          "For sidecars our tests compare them with a running istiod and Envoy, but for external authorizers. "}
        {(dataplane === "ambient" || dataplane === "gateway" || dataplane === "waypoint") &&
          "For this kind of proxy they haven’t been compared with a running one. "}
        {dataplane === "sidecar"
          ? "EnvoyFilters, Wasm, and ports that the installation excludes from sidecars (global.proxy.excludeInboundPorts) aren’t looked at."
          : "EnvoyFilters and Wasm aren’t looked at."}
      </p>
      <Lacks lacks={lacks} />
      {notes.length > 0 && (
        <div className="mt-3">
          <Notice tone="degraded" title="Not all of its pods have a proxy.">
            {notes.join(" ")}
          </Notice>
        </div>
      )}
      {dataplane === "none" && (
        <div className="mt-3">
          <Notice title="No proxy stands before it.">
            What it takes is its own matter: the mesh’s mutual TLS isn’t, and no policy is enforced.
          </Notice>
        </div>
      )}
      {unenforced.length > 0 && (
        <Section title="Policies that select it, and that nobody enforces">
          <ul>
            {unenforced.map((source) => (
              <li key={`${source.object.namespace}/${source.object.name}`} className="border-t border-line py-[5px]">
                <SourceText source={source} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {ports.length > 0 && (
        <Section title="Mutual TLS it takes">
          <PortTable ports={ports} />
        </Section>
      )}
      {points.map((point) => (
        <PointView key={`${point.kind} ${point.name}`} point={point} />
      ))}
    </>
  );
}

import { clsx } from "clsx";
import { ObjectLink } from "#components/policies/links.tsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { RouteVersion } from "#lib/policy/routing.ts";

/** What rules can name, with the pods behind it. */
export function VersionTable({ versions }: { readonly versions: readonly RouteVersion[] }) {
  if (versions.length === 0)
    return (
      <p className="border-t border-line pt-2 text-ink-2">Its workloads carry no version, and none is declared.</p>
    );
  return (
    <div className="overflow-x-auto max-sm:[&_table]:min-w-[560px]">
      <DataTable
        label="Versions"
        columns={[
          { title: "Version" },
          { title: "Labels" },
          { title: "Workloads" },
          { title: "Declared by" },
          { title: "Ready", numeric: true },
        ]}
      >
        {versions.map(({ name, labels, object, workloads, ready, pods }) => (
          <tr key={name}>
            <Cell className="pr-3 font-semibold">
              <Name text={name} />
            </Cell>
            <Cell className="pr-3 font-mono text-[12px] text-ink-2">
              {labels === null
                ? "a service of its own"
                : Object.entries(labels)
                    .map(([key, value]) => `${key}=${value}`)
                    .join(", ")}
            </Cell>
            <Cell className="pr-3">{workloads.length === 0 ? "none" : workloads.join(", ")}</Cell>
            <Cell className="pr-3">
              {object === null ? <span className="text-ink-3">nothing yet</span> : <ObjectLink object={object} />}
            </Cell>
            <Cell numeric className={clsx(pods > 0 && ready < pods && "text-degraded", pods === 0 && "text-ink-3")}>
              {pods === 0 ? "no pods" : `${ready} of ${pods}`}
            </Cell>
          </tr>
        ))}
      </DataTable>
    </div>
  );
}

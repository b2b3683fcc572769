import { ObjectLink } from "#components/policies/links.tsx";
import { Notice } from "#components/policies/notice.tsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import type { EgressAnswer } from "#lib/api/egress.ts";
import { formatPlural } from "#lib/format.ts";

/** Whom the Sidecar would be for, and which one counts for each today. */
export function EgressClients({ proposal }: { readonly proposal: EgressAnswer }) {
  const { clients } = proposal;
  const counts = clients.filter(({ spared }) => spared === null).length;
  return (
    <Section title="For whom it counts" aside={`${counts} of ${formatPlural(clients.length, "workload")}`}>
      {counts === 0 && (
        <Notice tone="degraded" title="It would count for nobody here.">
          {clients.length > 0 && clients.every(({ dataplane }) => dataplane === "ambient")
            ? "The workloads are in ambient mode: ztunnel and waypoints read no Sidecar."
            : "No workload here has a sidecar that would go by it."}
        </Notice>
      )}
      <details open={clients.length <= 8}>
        <summary className="cursor-pointer py-1 text-ink-2">{formatPlural(clients.length, "workload")}</summary>
        <div className="overflow-x-auto">
          <DataTable
            label="For whom it counts"
            columns={[{ title: "Workload" }, { title: "Limited today by" }, { title: "Would it count?" }]}
          >
            {clients.map(({ name, dataplane, today, spared }) => (
              <tr key={name}>
                <Cell className="pr-3">
                  <Name text={name} />
                </Cell>
                <Cell className="pr-3">
                  {today === null ? (
                    <span className="text-ink-3">nothing</span>
                  ) : today.object === null ? (
                    <em className="text-ink-2">an object you may not see</em>
                  ) : (
                    <>
                      <ObjectLink object={today.object} />{" "}
                      <span className="text-ink-3">
                        {today.level === "mesh" ? "the mesh’s" : `its ${today.level}’s`}
                      </span>
                    </>
                  )}
                </Cell>
                <Cell className="text-ink-2">
                  {spared ?? (dataplane === null ? "yes, when it comes again: it is gone now" : "yes")}
                </Cell>
              </tr>
            ))}
          </DataTable>
        </div>
      </details>
    </Section>
  );
}

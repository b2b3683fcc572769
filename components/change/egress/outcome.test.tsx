import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import type { EgressAnswer } from "#lib/api/egress.ts";
import { EgressClients } from "./clients.tsx";
import { EgressOutcome } from "./outcome.tsx";

const PROPOSAL: EgressAnswer = {
  ...{ cluster: "west", namespace: "shop", workload: null, labels: null, object: null },
  ...{ clients: [], entries: [], outside: [], hosts: ["./*"], savings: [], breaks: [], kept: 3, unseen: 0 },
  blindSpots: ["calls of clients whose proxies aren’t scraped"],
  traffic: { at: "2026-01-01T00:00:00Z", window: "1h", week: true, limits: [] },
};
const text = (markup: string) => markup.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const said = (more: Partial<EgressAnswer>) =>
  text(renderToStaticMarkup(<EgressOutcome proposal={{ ...PROPOSAL, ...more }} />));
const clients = (more: Partial<EgressAnswer>) =>
  text(renderToStaticMarkup(<EgressClients proposal={{ ...PROPOSAL, ...more }} />));
const ledger: EgressAnswer["breaks"][number] = {
  seen: "hour",
  ...{ host: "ledger.bank", clients: ["web"], requests: 5, connections: null },
  fate: "either",
  ...{ certain: false, strict: true, why: "It is refused there.", lacks: ["the mesh’s setting"] },
};

describe("what an egress scope does, in words", () => {
  test("counts now and then, and what isn't known is no zero", () => {
    const savings = [
      { clients: ["cron", "web"], pods: 4, now: { hosts: 1204, clusters: 2000, endpoints: 9000 }, then: null },
    ];
    expect(said({ savings })).toMatch(/cron, web 4 pods 1,204 → not known/);
  });

  test("a break names host, client, rate, certainty and what isn't known", () => {
    expect(said({ breaks: [ledger] })).toMatch(
      /✕ ledger\.bank is refused by the client’s proxy or goes past the mesh 5 req\/s · ○ unknown From web\. It is refused there\. Not known: the mesh’s setting\./,
    );
  });

  test("nothing broken is said with what windows can't see, and never without calls", () => {
    expect(said({})).toMatch(/No call that was seen loses its host\. .*monthly jobs/);
    const blind = said({ traffic: null, notEvaluated: "Prometheus is down." });
    expect(blind).toContain("Which calls it concerns isn’t known.");
    expect(blind).not.toContain("No call that was seen");
    expect(said({ unseen: 2 })).toMatch(/and that you may see, loses its host.*2 pairs you may not see/);
  });

  test("ambient workloads read no Sidecar, which is said first", () => {
    const cart = { name: "cart", dataplane: "ambient", today: null, spared: "It is in ambient mode." } as const;
    expect(clients({ clients: [cart] })).toMatch(/It would count for nobody here\. The workloads are in ambient mode/);
    const web = { name: "web", dataplane: "sidecar", today: { level: "mesh", object: null }, spared: null } as const;
    expect(clients({ clients: [cart, web] })).toMatch(/1 of 2 workloads .*web an object you may not see yes/);
  });
});

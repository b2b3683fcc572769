import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { BlindSpots } from "#components/policies/impact/blind-spots.tsx";
import type { WireEvidenceOffer } from "#lib/api/evidence.ts";
import { EvidenceOffers } from "./evidence-offers.tsx";

const object = {
  cluster: "w",
  group: "telemetry.istio.io",
  version: "v1",
  kind: "Telemetry",
  namespace: "shop",
  name: "x",
};
const offer = (what: WireEvidenceOffer["what"], more: Partial<WireEvidenceOffer> = {}): WireEvidenceOffer => ({
  ...{ what, at: null, text: `What ${what} tell.`, object, fix: { text: "", edits: [], manifests: [], deletions: [] } },
  ...more,
});

it("each kind of evidence says what it tells; a plan where one can be made, and dry runs always", () => {
  const html = renderToStaticMarkup(
    <EvidenceOffers
      offers={[
        ...[offer("access logs"), offer("labels"), offer("traces", { object: null })],
        offer("labels", { at: "shop/door" }),
      ]}
      workload={{ cluster: "w", namespace: "shop", name: "cart" }}
      onPlan={() => undefined}
    />,
  );
  const text = html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  expect(text).toMatch(/Access logs What access logs tell\. Plan access logs of cart/);
  expect(text).toContain("Plan labels of cart");
  expect(text).toMatch(
    /Labels of metrics of waypoint shop\/door What labels tell\. Plan labels of waypoint shop\/door/,
  );
  expect(text).not.toContain("Plan traces");
  expect(text).toContain("Add a policy as a dry run");
  expect(html).toContain('id="evidence"');
});

it("what isn’t known of a workload’s calls leads there; of a service’s it doesn’t", () => {
  const spots = (target: string) =>
    renderToStaticMarkup(<BlindSpots blindSpots={["the method"]} closeWith={["access logs"]} target={target} />);
  expect(spots("w/shop/workload/cart")).toContain('href="/policies/workloads/w/shop/cart#evidence"');
  expect(spots("w/shop/service/cart")).not.toContain("href");
});

import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { WireFinding } from "#lib/api/findings.ts";
import { FindingItem } from "./finding-item.tsx";
import { marksOf } from "./marks.ts";

const finding = (more: Partial<WireFinding> = {}): WireFinding => ({
  ...{
    code: "a-b",
    severity: "error",
    also: ["KIA1101"],
    path: "spec.http[0]",
    message: "Nobody <b>is</b> there.",
    docs: "https://istio.io/x",
  },
  object: {
    cluster: "west-1",
    group: "networking.istio.io",
    version: "v1",
    kind: "VirtualService",
    namespace: "shop",
    name: "reviews",
  },
  evidence: [
    {
      object: { cluster: "west-1", group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "r" },
      path: "",
      text: "refuses it",
    },
    {
      object: { cluster: "west-1", group: "", version: "v1", kind: "Service", namespace: "shop", name: "s" },
      path: "spec.ports",
      text: "its ports",
    },
  ],
  fix: { text: "Take it away.", edits: [{ path: "spec.http[0]" }], manifests: [], deletions: [] },
  ...more,
});
const html = (item: WireFinding, more: { withObject?: boolean; mayWrite?: boolean } = {}) =>
  renderToStaticMarkup(
    <FindingItem
      finding={item}
      withObject={more.withObject ?? false}
      onPlan={more.mayWrite === false ? null : () => {}}
    />,
  );

describe("a finding", () => {
  it("says severity by word and mark, its place, its codes and what it goes by", () => {
    const text = html(finding());
    expect(text).toMatch(/Error/);
    expect(text).toContain("spec.http[0]");
    expect(text).toContain("KIA1101");
    expect(text).toContain('href="https://istio.io/x"');
    expect(text).toContain("&lt;b&gt;");
  });

  it("offers to plan its fix where there is something to plan and somebody who may", () => {
    expect(html(finding())).toContain("Plan the fix");
    expect(html(finding(), { mayWrite: false })).not.toContain("Plan the fix");
    const advice = { text: "Decide.", edits: [], manifests: [], deletions: [] };
    expect(html(finding({ fix: advice }))).not.toContain("Plan the fix");
  });

  it("links objects that have a page, and names the others", () => {
    const text = html(finding(), { withObject: true });
    expect(text).toContain('href="/policies/west-1/networking.istio.io/v1/VirtualService/shop/reviews"');
    expect(text).toContain('href="/services/west-1/shop/s"');
    expect(text).toContain("Deployment shop/r");
    expect(text).not.toContain("/policies/west-1/apps");
  });

  it("stands at its line in the object's text", () => {
    const text = "spec:\n  hosts: [a]\n  http:\n    - route: []\n";
    expect(marksOf(text, [finding(), finding({ path: "status.conditions[0]", severity: "info" })])).toMatchObject([
      { line: 4, severity: "error", message: "Nobody <b>is</b> there. (a-b)" },
      { line: 1, severity: "info" },
    ]);
  });
});

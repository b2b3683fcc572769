import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { diffManifests } from "#lib/policy/diff.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Plan, PlanStep } from "#lib/policy/plan.ts";
import { refOf } from "#lib/policy/ref.ts";
import { fileName, kubectlText, patchText } from "./copies.ts";
import { acknowledgedBy, applyLabel, harmless, obstacle, tickable } from "./decide.ts";
import { Instead } from "./instead.tsx";
import { Ready } from "./ready.tsx";
import { StepView } from "./step-view.tsx";

function route(weight: number): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "reviews", namespace: "shop", annotations: { why: "it's" } },
    spec: { http: [{ route: [{ weight }] }] },
  };
}

function step(more: Partial<PlanStep> = {}, from = 90, to = 75): PlanStep {
  const [before, after] = [route(from), route(to)];
  const object = refOf("west-1", after);
  const diff = diffManifests(before, after);
  const dryRun = { ok: true, warnings: [] } as const;
  return {
    op: "update",
    object,
    mode: "patch",
    before,
    after,
    diff,
    dryRun,
    conflicts: [],
    findings: null,
    impact: null,
    ...more,
  };
}

const notEvaluated = { findings: "Not all objects have been read yet.", impact: "Nobody computes it." };
const plan = (more: Partial<Plan> = {}): Plan => ({
  id: "p1",
  sealed: "s",
  expiresAt: "2026-08-20T10:15:00Z",
  steps: [step()],
  impact: null,
  notEvaluated,
  needs: [],
  ...more,
});
const conflict = { manager: "argocd-controller", tool: "argocd", fields: ["spec.http"], reverts: true } as const;

describe("what stands between a plan and its button", () => {
  it.each([
    ["nothing", plan(), null],
    ["no change", plan({ steps: [] }), "Nothing would change."],
    ["blocked", plan({ blocked: "No rights." }), "No rights."],
    [
      "a refused dry run",
      plan({ steps: [step({ dryRun: { error: "no", code: "invalid_object" } })] }),
      "The server refused the dry run: edit the YAML.",
    ],
    ["a conflict", plan({ steps: [step({ conflicts: [conflict] })] }), "Another manager’s fields are in the way."],
    ["something unread", plan({ needs: ["deletes"] }), "1 point above to acknowledge."],
  ])("%s", (_, given, expected) => {
    expect(obstacle(given, [], [])).toBe(expected);
  });

  it("takes a step's force for the acknowledgement of its conflict, and of no other need", () => {
    const given = plan({ needs: ["conflict", "will_be_reverted"], steps: [step({ conflicts: [conflict] })] });
    expect(tickable(given)).toEqual(["will_be_reverted"]);
    expect(obstacle(given, ["will_be_reverted"], [0])).toBeNull();
    expect(acknowledgedBy(given, ["will_be_reverted"], [0])).toEqual(["conflict", "will_be_reverted"]);
    expect(acknowledgedBy(given, [], [])).toEqual([]);
  });

  it("undoes in one click only what nobody has to read", () => {
    expect(harmless(plan({ needs: ["impact_unknown"] }))).toBe(true);
    expect(harmless(plan({ needs: ["deletes"] }))).toBe(false);
    expect(harmless(plan({ steps: [step({ conflicts: [conflict] })] }))).toBe(false);
    expect(harmless(plan({ blocked: "No." }))).toBe(false);
  });

  it("says on the button what it does", () => {
    expect(applyLabel(plan())).toBe("Apply 1 change");
    expect(applyLabel(plan({ steps: [step({ op: "delete" }), step({ op: "delete" })] }))).toBe("Delete 2 objects");
  });
});

describe("what is taken elsewhere", () => {
  it("is a patch with tests on what was shown, and no resourceVersion of a moment", () => {
    expect(JSON.parse(patchText(step()) ?? "")).toEqual([
      { op: "test", path: "/spec/http/0/route/0/weight", value: 90 },
      { op: "replace", path: "/spec/http/0/route/0/weight", value: 75 },
    ]);
    expect(fileName(step())).toBe("virtualservice-shop-reviews.yaml");
  });

  it("is a command that a shell takes as it stands", () => {
    expect(kubectlText(step())).toMatch(
      /^kubectl patch virtualservice\.v1\.networking\.istio\.io 'reviews' --namespace 'shop' --type=json --patch '\[/,
    );
    expect(kubectlText(step({ op: "delete" }))).toBe(
      "kubectl delete virtualservice.v1.networking.istio.io 'reviews' --namespace 'shop'\n",
    );
    const quoted = { ...route(1), metadata: { ...route(1).metadata, annotations: { why: "it isn't" } } };
    expect(kubectlText(step({ after: quoted }))).toContain("it isn'\\''t");
  });
});

describe("the plan on the page", () => {
  const nobody = async () => undefined;
  const flow = {
    state: { phase: "none" },
    make: nobody,
    revert: nobody,
    ask: nobody,
    apply: nobody,
    discard() {},
    show() {},
  } as const;
  const html = (given: Plan) =>
    renderToStaticMarkup(
      <QueryClientProvider client={new QueryClient()}>
        <Ready
          state={{ phase: "ready", plan: given }}
          flow={flow}
          onEdit={() => undefined}
          onDiscard={() => undefined}
        />
      </QueryClientProvider>,
    );

  it("shows lines with signs and words, what wasn't evaluated, and what the button does", () => {
    const text = html(plan());
    expect(text).toContain("removed: ");
    expect(text).toContain("−");
    expect(text).toContain("Not evaluated:");
    expect(text).toContain("Apply 1 change");
    expect(text).not.toContain('disabled=""');
  });

  it("names the other manager, offers the way round, and holds the button back", () => {
    const text = html(plan({ steps: [step({ conflicts: [conflict] })], needs: ["will_be_reverted"] }));
    for (const said of ["Argo CD", "argocd-controller", "spec.http", "Force for this draft", "Copy as patch"])
      expect(text).toContain(said);
    expect(text).toContain('disabled=""');
  });

  it("shows base, theirs and mine when somebody was faster", () => {
    const fresh = plan({ id: "p2", steps: [step({}, 50, 75)] });
    const text = renderToStaticMarkup(<Instead instead={{ of: plan(), because: "stale" }} plan={fresh} />);
    expect(text).toContain("Somebody changed it in between.");
    expect(text).toMatch(/What they changed[\s\S]*weight: 50[\s\S]*What you wanted[\s\S]*weight: 75/);
  });
});

it("what a step brings to several objects alike is told once, the others behind a line", () => {
  const finding = (name: string, code = "open") =>
    ({
      ...{ change: "new", severity: "info", code, also: [], message: `Everybody may call it (${code}).`, path: "" },
      ...{
        evidence: [],
        docs: "https://example.com",
        fix: { text: "Write one.", edits: [], manifests: [], deletions: [] },
      },
      object: { ...refOf("west-1", route(1)), name },
    }) as unknown as NonNullable<PlanStep["findings"]>[number];
  const findings = [finding("a"), finding("b"), finding("c"), finding("d", "other")];
  const markup = renderToStaticMarkup(<StepView step={step({ findings })} forced={false} onForce={null} />);
  expect(markup.match(/<details>/g)).toHaveLength(1 + 1);
  const text = markup.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  expect(text).toContain("The same of 2 more objects");
  for (const name of ["a", "b", "c", "d"]) expect(text).toContain(`VirtualService shop/${name}`);
});

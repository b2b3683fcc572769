/**
 * What a Kubernetes API server does, as far as the console and the lab rely on it. Runs unchanged on the embedded
 * server and on kube-apiserver; where they differ, the embedded one is wrong.
 */
import { afterAll, beforeAll, describe } from "vitest";
import { accessCases } from "./cases/access.ts";
import { applyCases } from "./cases/apply.ts";
import { deletionCases } from "./cases/deletion.ts";
import { discoveryCases } from "./cases/discovery.ts";
import { dryRunCases } from "./cases/dry-run.ts";
import { errorCases } from "./cases/errors.ts";
import { kubectlCases } from "./cases/kubectl.ts";
import { listCases } from "./cases/lists.ts";
import { logCases } from "./cases/logs.ts";
import { managedFieldsCases } from "./cases/managed-fields.ts";
import { objectCases } from "./cases/objects.ts";
import { patchCases } from "./cases/patches.ts";
import { propertyCases } from "./cases/properties.ts";
import { reviewCases } from "./cases/reviews.ts";
import { revisionCases } from "./cases/revisions.ts";
import { roleCases } from "./cases/roles.ts";
import { traitCases } from "./cases/traits.ts";
import { validationCases } from "./cases/validation.ts";
import { watchCases } from "./cases/watches.ts";
import { createSubject, type Subject, type Target } from "./subject.ts";

/** Registers the contract's tests for one server. */
export function kubeContract(name: string, start: () => Promise<Target>): void {
  describe(`${name} keeps the Kubernetes API's contract`, () => {
    let subject: Subject | null = null;
    const get = (): Subject => {
      if (subject === null) throw new Error("the server isn't started");
      return subject;
    };
    beforeAll(async () => {
      subject = createSubject(await start());
    }, 180_000);
    afterAll(async () => {
      subject?.http.close();
      await subject?.target.close();
    });
    describe("objects", () => objectCases(get));
    describe("deletion", () => deletionCases(get));
    describe("traits", () => traitCases(get));
    describe("lists", () => listCases(get));
    describe("watches", () => watchCases(get));
    describe("patches", () => patchCases(get));
    describe("managed fields", () => managedFieldsCases(get));
    describe("apply", () => applyCases(get));
    describe("dry run", () => dryRunCases(get));
    describe("validation", () => validationCases(get));
    describe("errors", () => errorCases(get));
    describe("logs", () => logCases(get));
    describe("discovery", () => discoveryCases(get));
    describe("access", () => accessCases(get));
    describe("reviews", () => reviewCases(get));
    describe("roles", () => roleCases(get));
    describe("revisions", () => revisionCases(get));
    describe("properties", () => propertyCases(get));
    describe("kubectl", () => kubectlCases(get));
  });
}

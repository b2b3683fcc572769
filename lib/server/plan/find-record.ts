/** One step's record, read with the user's own token. */

import { problemOf } from "#lib/errors.ts";
import { decodeManifest } from "#lib/kube/manifest.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { clusterOf, RECORDS, recordNamespace } from "./access.ts";
import { readRecord, recordName } from "./journal.ts";
import type { PlanDeps } from "./model.ts";

/** null: there is none, or none that this user may read. */
export async function findRecord(
  deps: PlanDeps,
  credential: Credential,
  plan: string,
  step: number,
  object: ObjectRef,
): Promise<Manifest | null> {
  const { kube, as, rootNamespace } = clusterOf(deps, credential, object.cluster);
  const namespace = recordNamespace(object, rootNamespace);
  try {
    const found = decodeManifest(RECORDS)(
      await kube.get(RECORDS, { as, namespace, objectName: recordName(plan, step) }),
    );
    return found !== null && readRecord(object.cluster, found)?.plan === plan ? found : null;
  } catch (thrown) {
    const { code } = problemOf(thrown);
    if (code === "not_found" || code === "forbidden") return null;
    throw thrown;
  }
}

/** Bodies of writing routes. */

import { parseIntent } from "#lib/api/intents.ts";
import { planRequestSchema } from "#lib/api/plans.ts";
import type { z } from "#lib/api/zod.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { readBody } from "../body.ts";
import { REQUEST_ID } from "../respond.ts";
import { checkDepth } from "./drafts.ts";
import type { PlanWish } from "./planner.ts";
import type { Asking } from "./use-cases.ts";

/** @throws MeshscopeError `unsupported_media_type`, `bad_request`, `too_large` */
export async function readPlanBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json")
    throw new MeshscopeError("unsupported_media_type", "Send JSON with Content-Type: application/json.");
  return readBody(request, schema);
}

/** What is wished for; `cluster` "" stands for the first configured one. @throws MeshscopeError also `bad_intent` */
export async function readPlanRequest(request: Request): Promise<PlanWish> {
  const body = await readPlanBody(request, planRequestSchema);
  checkDepth(body);
  if ("intent" in body) return { intent: parseIntent(body.intent) };
  const { cluster = "", manifests, deletions } = body;
  return { cluster, manifests: manifests as unknown as readonly Manifest[], deletions };
}

/** The caller, for the audit line. */
export function asking(request: Request): Asking {
  return { requestId: request.headers.get(REQUEST_ID), signal: request.signal };
}

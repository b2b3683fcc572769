/**
 * The door for app/: use cases of the one runtime this process has. Routes and pages import nothing else of lib/server.
 * They are bundled with modules of their own, so the runtime is found on globalThis and called, never imported.
 */
import "server-only";
import type { SessionAnswer } from "#lib/api/session.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Credential } from "./identity.ts";
import { answerAnyoneWith, answerWith } from "./respond.ts";
import type { EarlyScripts, Runtime } from "./runtime-port.ts";

export { readBody } from "./body.ts";
export type { Credential } from "./identity.ts";
export { asking, readPlanBody, readPlanRequest } from "./plan/request.ts";
export { CLIENT_ADDRESS, eventStream, json, jsonInParts, REQUEST_ID } from "./respond.ts";

/** @throws MeshscopeError `internal` where the process was started without server/main.ts */
function runtime(): Runtime {
  const found = (globalThis as { [key: symbol]: unknown })[Symbol.for("meshscope")];
  if (found === undefined)
    throw new MeshscopeError("internal", "The console was started without its own server. Use `npm start`.");
  return found as Runtime;
}

/** Runs a route's work as whoever asks; whatever it throws becomes problem+json. Who is nobody gets 401. */
export function answer(request: Request, work: (credential: Credential) => Promise<Response>): Promise<Response> {
  return answerWith(request, runtime, work);
}

/** The same for the few addresses that also nobody (null) may ask. */
export function answerAnyone(
  request: Request,
  work: (credential: Credential | null) => Promise<Response>,
): Promise<Response> {
  return answerAnyoneWith(request, runtime, work);
}

/** Whom a page is rendered for, as GET /session answers it. */
export async function viewer(cookieHeader: string | null): Promise<SessionAnswer> {
  const { credential } = await runtime().admit(cookieHeader);
  return runtime().session(credential);
}

/** What a page runs before the framework; null where the build has none. */
export const earlyScripts = (): EarlyScripts | null => runtime().early;

export const graph: Runtime["graph"] = (...args) => runtime().graph(...args);
export const graphFrames: Runtime["graphFrames"] = (...args) => runtime().graphFrames(...args);
export const graphStream: Runtime["graphStream"] = (...args) => runtime().graphStream(...args);
export const series: Runtime["series"] = (...args) => runtime().series(...args);
export const links: Runtime["links"] = (...args) => runtime().links(...args);
export const namespaces: Runtime["namespaces"] = (...args) => runtime().namespaces(...args);
export const policies: Runtime["policies"] = (...args) => runtime().policies(...args);
export const findings: Runtime["findings"] = (...args) => runtime().findings(...args);
export const policy: Runtime["policy"] = (...args) => runtime().policy(...args);
export const services: Runtime["services"] = (...args) => runtime().services(...args);
export const service: Runtime["service"] = (...args) => runtime().service(...args);
export const security: Runtime["security"] = (...args) => runtime().security(...args);
/** What one workload's proxies send to each host that it may call. */
export const sends: Runtime["sends"] = (...args) => runtime().sends(...args);
/** How each client reaches one service. */
export const clientRouting: Runtime["clientRouting"] = (...args) => runtime().clientRouting(...args);
export const egress: Runtime["egress"] = (...args) => runtime().egress(...args);
export const dryRuns: Runtime["dryRuns"] = (...args) => runtime().dryRuns(...args);
export const logCallers: Runtime["logCallers"] = (...args) => runtime().logCallers(...args);
export const proposal: Runtime["proposal"] = (...args) => runtime().proposal(...args);
export const strict: Runtime["strict"] = (...args) => runtime().strict(...args);
export const impact: Runtime["impact"] = (...args) => runtime().impact(...args);
export const impactSamples: Runtime["impactSamples"] = (...args) => runtime().impactSamples(...args);
export const simulation: Runtime["simulation"] = (...args) => runtime().simulation(...args);
export const schema: Runtime["schema"] = (...args) => runtime().schema(...args);
export const session: Runtime["session"] = (...args) => runtime().session(...args);
export const signIn: Runtime["signIn"] = (...args) => runtime().signIn(...args);
export const signOut: Runtime["signOut"] = (...args) => runtime().signOut(...args);
export const access: Runtime["access"] = (...args) => runtime().access(...args);
export const plan: Runtime["plan"] = (...args) => runtime().plan(...args);
export const applyPlan: Runtime["applyPlan"] = (...args) => runtime().applyPlan(...args);
export const revertChange: Runtime["revertChange"] = (...args) => runtime().revertChange(...args);
export const revertSince: Runtime["revertSince"] = (...args) => runtime().revertSince(...args);
export const marks: Runtime["marks"] = (...args) => runtime().marks(...args);
export const logs: Runtime["logs"] = (...args) => runtime().logs(...args);
export const changeOutcome: Runtime["changeOutcome"] = (...args) => runtime().changeOutcome(...args);
export const changes: Runtime["changes"] = (...args) => runtime().changes(...args);
export const settleChanges: Runtime["settleChanges"] = (...args) => runtime().settleChanges(...args);
export const closeChanges: Runtime["closeChanges"] = (...args) => runtime().closeChanges(...args);
export const reminders: Runtime["reminders"] = (...args) => runtime().reminders(...args);
export const effect: Runtime["effect"] = (...args) => runtime().effect(...args);
export const traces: Runtime["traces"] = (...args) => runtime().traces(...args);
export const trace: Runtime["trace"] = (...args) => runtime().trace(...args);
export const traceCalls: Runtime["traceCalls"] = (...args) => runtime().traceCalls(...args);
export const traceBackends: Runtime["traceBackends"] = (...args) => runtime().traceBackends(...args);
export const traceServices: Runtime["traceServices"] = (...args) => runtime().traceServices(...args);
export const traceOperations: Runtime["traceOperations"] = (...args) => runtime().traceOperations(...args);
export const traceAnalysis: Runtime["traceAnalysis"] = (...args) => runtime().traceAnalysis(...args);
export const metrics: Runtime["metrics"] = () => runtime().metrics();
export const ready: Runtime["ready"] = () => runtime().ready();

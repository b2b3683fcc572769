/** What the console reads of policies: of the one mesh whose objects it knows. */
import { policyKinds, policyPorts } from "#lib/mesh/policies.ts";
import type { ReadingPort } from "./deps.ts";

const [port] = policyPorts;
if (port === undefined) throw new Error("No mesh's policies are registered in lib/mesh/policies.ts.");
const { selection, references, routing, badges, badgeKinds } = port;

export const readingPort: ReadingPort = { kinds: policyKinds, selection, references, routing, badges, badgeKinds };

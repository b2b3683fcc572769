/** What intents make of a small world. */
import type { Intent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { changes } from "./changes.ts";
import { REVIEWS, worldOf } from "./routing/worlds.test-support.ts";

export const on = { service: REVIEWS };

export const carry = (intent: Intent, ...manifests: Manifest[]) => changes(intent, worldOf(manifests));

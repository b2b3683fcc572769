import { blindEdge } from "./blind-edge.ts";
import { forgottenAccount } from "./forgotten-account.ts";
import { frontDoor } from "./front-door.ts";
import { injectedFault } from "./injected-fault.ts";
import { loggedPath } from "./logged-path.ts";
import { plaintextRule } from "./plaintext-rule.ts";
import { shortTimeout } from "./short-timeout.ts";
import { signedIn } from "./signed-in.ts";
import { sixHours } from "./six-hours.ts";
import { toldMethod } from "./told-method.ts";
import type { Trial } from "./trial.ts";
import { triedFirst } from "./tried-first.ts";
import { unmeshedCaller } from "./unmeshed-caller.ts";
import { waypointFirst } from "./waypoint-first.ts";

/** By the scenario's name. */
export const trials: ReadonlyMap<string, Trial> = new Map(
  [
    ...[forgottenAccount, plaintextRule, unmeshedCaller, sixHours, frontDoor, blindEdge, waypointFirst, signedIn],
    ...[injectedFault, shortTimeout, loggedPath, toldMethod, triedFirst],
  ].map((each) => [each.scenario.name, each]),
);

/** Names of proposed policies: those that are free, or of one that says the same of the same. */
import type { PolicyTarget } from "#lib/policy/intent.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ProposedPolicy } from "#lib/policy/proposal.ts";
import { readTarget } from "../changes/policy-target.ts";
import { actionOf, isDryRun } from "../meaning/authorization/action.ts";
import { attached, type EnforcementPoint } from "../meaning/authorization/attached.ts";
import { listAt, namespaceOf } from "../routing/json.ts";
import type { ImpactWorld } from "./sides.ts";

type World = Pick<ImpactWorld, "objects" | "sees" | "rootNamespace">;

/** One namespace's: no name is given twice. */
export class Names {
  readonly #namespace: string;
  readonly #world: World;
  readonly #given = new Set<string>();

  constructor(namespace: string, world: World) {
    this.#namespace = namespace;
    this.#world = world;
  }

  /** Of a policy with rules. */
  of(
    wanted: string,
    target: PolicyTarget,
    point: EnforcementPoint,
  ): Pick<ProposedPolicy, "name" | "exists" | "beside"> {
    const name = this.#free(`${wanted.slice(0, 232)}-callers`, (one) => same(readTarget(one), target));
    const there = this.#named(name);
    const { objects, sees, rootNamespace } = this.#world;
    const counting = attached(objects("AuthorizationPolicy"), point, rootNamespace).filter(
      (policy) => actionOf(policy) === "ALLOW" && !isDryRun(policy) && sees(policy),
    );
    return {
      name,
      exists: there === undefined ? null : isDryRun(there) ? "dry run" : "enforced",
      beside: counting.filter((policy) => policy !== there).map(({ metadata }) => metadata.name),
    };
  }

  /** Of one without rules. */
  empty(wanted: string, target: PolicyTarget): string {
    return this.#free(
      wanted.slice(0, 240),
      (one) => same(readTarget(one), target) && listAt(one.spec, "rules").length === 0,
    );
  }

  #named(name: string): Manifest | undefined {
    return this.#world
      .objects("AuthorizationPolicy")
      .find((one) => one.metadata.name === name && namespaceOf(one) === this.#namespace);
  }

  #free(wanted: string, alike: (policy: Manifest) => boolean): string {
    for (let i = 1; ; i++) {
      const name = i === 1 ? wanted : `${wanted}-${i}`;
      if (this.#given.has(name)) continue;
      const there = this.#named(name);
      if (there !== undefined && !(this.#world.sees(there) && actionOf(there) === "ALLOW" && alike(there))) continue;
      this.#given.add(name);
      return name;
    }
  }
}

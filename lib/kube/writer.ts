/** Writes to one cluster's API. Each is sent once and never repeated: a lost answer is for its caller to look into. */
import { MeshscopeError } from "#lib/errors.ts";
import type { Seconds } from "#lib/units.ts";
import type { Calling } from "./calling.ts";
import { decodeManifest } from "./manifest.ts";
import { unreadable } from "./problem.ts";
import { pathOf, type Resource, resourceName } from "./resource.ts";
import type { Asked } from "./status.ts";
import type { Sending, Sent, Transport } from "./transport.ts";
import { fieldConflicts } from "./write-problem.ts";
import { FIELD_MANAGER, type FieldConflict, type KubeWriter, type UserInfo, type Written } from "./writing.ts";

/** Webhooks may take 10 s each. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#timeouts */
const WRITE_TIMEOUT = 30 as Seconds;
const REVIEW: Resource = {
  group: "authentication.k8s.io",
  version: "v1",
  plural: "selfsubjectreviews",
  kind: "SelfSubjectReview",
};
const ACCESS: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
};

/** Runs a call under its deadline. */
export type Within = <T>(what: Asked, o: Calling, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Carries a refusal's meaning out of the transport; never seen outside of this file. */
class Conflicts extends MeshscopeError {
  readonly fields: readonly FieldConflict[];
  constructor(fields: readonly FieldConflict[]) {
    super("conflict", "Other managers own fields of this object.");
    this.fields = fields;
  }
}

export function createWriter(cluster: string, transport: Transport, within: Within): KubeWriter {
  const asked = (verb: Asked["verb"], resource: Resource, namespace?: string, objectName?: string): Asked => ({
    cluster,
    verb,
    resource: resourceName(resource),
    namespace,
    user: true,
    ...(objectName === undefined ? {} : { objectName }),
  });

  const send = (
    path: string,
    what: Asked,
    o: Calling,
    sending: Pick<Sending, "method" | "contentType" | "body" | "onRefusal">,
  ): Promise<Sent> =>
    within(what, { ...o, timeout: o.timeout ?? WRITE_TIMEOUT }, (signal) =>
      transport.send(path, what, { ...sending, signal, as: o.as }),
    );

  function written(resource: Resource, what: Asked, { http, value, warnings }: Sent): Written {
    const object = decodeManifest(resource)(value);
    if (object === null) throw unreadable(what, `no ${resource.kind}`);
    return { object, created: http === 201, warnings };
  }

  return {
    async apply(resource, o) {
      const what = asked("patch", resource, o.namespace, o.objectName);
      const path = `${pathOf(resource, o.namespace, o.objectName)}?${parameters(o, { force: String(o.force ?? false) })}`;
      try {
        const sent = await send(path, what, o, {
          method: "PATCH",
          // JSON is YAML. https://kubernetes.io/docs/reference/using-api/server-side-apply/#serialization
          contentType: "application/apply-patch+yaml",
          body: o.manifest,
          onRefusal: (http, status) => {
            const fields = fieldConflicts(http, status);
            return fields === null ? null : new Conflicts(fields);
          },
        });
        return written(resource, what, sent);
      } catch (thrown) {
        if (thrown instanceof Conflicts) return { conflicts: thrown.fields };
        throw thrown;
      }
    },
    async patch(resource, o) {
      const what = asked("patch", resource, o.namespace, o.objectName);
      const path = `${pathOf(resource, o.namespace, o.objectName)}?${parameters(o)}`;
      const contentType = "application/json-patch+json";
      return written(resource, what, await send(path, what, o, { method: "PATCH", contentType, body: o.operations }));
    },
    async create(resource, o) {
      const { name } = o.manifest.metadata;
      const what = asked("create", resource, o.namespace, name);
      pathOf(resource, o.namespace, name);
      const path = `${pathOf(resource, o.namespace)}?${parameters(o)}`;
      const sending = { method: "POST" as const, contentType: "application/json", body: o.manifest };
      return written(resource, what, await send(path, what, o, sending));
    },
    async delete(resource, o) {
      const what = asked("delete", resource, o.namespace, o.objectName);
      const { uid, resourceVersion } = o;
      const body = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Background",
        preconditions: { uid, resourceVersion },
        ...(o.dryRun ? { dryRun: ["All"] } : {}),
      };
      const dry = o.dryRun ? "?dryRun=All" : "";
      const path = `${pathOf(resource, o.namespace, o.objectName)}${dry}`;
      await send(path, what, o, { method: "DELETE", contentType: "application/json", body });
    },
    async whoAmI(o) {
      const { what, status } = await review(REVIEW, {}, o);
      const { userInfo } = status;
      const { username, groups } = (typeof userInfo === "object" && userInfo !== null ? userInfo : {}) as Partial<
        Record<keyof UserInfo, unknown>
      >;
      if (typeof username !== "string" || username === "") throw unreadable(what, "no user");
      return { username, groups: Array.isArray(groups) ? groups.filter((group) => typeof group === "string") : [] };
    },
    async mayI({ verb, group, resource, namespace, name }, o) {
      const resourceAttributes = {
        ...{ verb, group, resource },
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
      };
      const { what, status } = await review(ACCESS, { spec: { resourceAttributes } }, o);
      if (typeof status.allowed !== "boolean") throw unreadable(what, "no verdict");
      return { allowed: status.allowed, reason: typeof status.reason === "string" ? status.reason : "" };
    },
  };

  /** Reviews are created and kept nowhere: reading in the clothes of a write. */
  async function review(resource: Resource, more: object, o: Calling) {
    const what = asked("get", resource, undefined, "self");
    const body = { apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind, ...more };
    const sending = { method: "POST" as const, contentType: "application/json", body };
    const timeout = o.timeout ?? (10 as Seconds);
    const { value } = await send(pathOf(resource), what, { ...o, timeout }, sending);
    const status = typeof value === "object" && value !== null && "status" in value ? value.status : null;
    if (typeof status !== "object" || status === null) throw unreadable(what, "no review");
    return { what, status: status as Readonly<Record<string, unknown>> };
  }
}

/** `Strict`: an unknown or doubled field is an error, not a warning. */
function parameters(o: { readonly dryRun?: boolean }, more: Readonly<Record<string, string>> = {}): URLSearchParams {
  return new URLSearchParams({
    fieldManager: FIELD_MANAGER,
    fieldValidation: "Strict",
    ...(o.dryRun ? { dryRun: "All" } : {}),
    ...more,
  });
}

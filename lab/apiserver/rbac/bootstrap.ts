/**
 * The roles that a cluster is born with, as far as users of the lab have them
 * (plugin/pkg/auth/authorizer/rbac/bootstrappolicy of k8s.io/kubernetes).
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
import { stableUid } from "../custom.ts";
import type { Json, JsonObject } from "../json.ts";
import { type KubeObject, keyOf } from "../object.ts";
import type { Store } from "../store.ts";

const group = "rbac.authorization.k8s.io";
const everybody = "system:authenticated";
const health = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
const creates = (apiGroup: string, ...resources: string[]): JsonObject => ({
  verbs: ["create"],
  apiGroups: [apiGroup],
  resources,
});

interface Default {
  readonly rules: readonly JsonObject[];
  readonly groups: readonly string[];
}

const defaults: Readonly<Record<string, Default>> = {
  "cluster-admin": {
    rules: [
      { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
      { verbs: ["*"], nonResourceURLs: ["*"] },
    ],
    groups: ["system:masters"],
  },
  "system:basic-user": {
    rules: [
      creates("authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectrulesreviews"),
      creates("authentication.k8s.io", "selfsubjectreviews"),
    ],
    groups: [everybody],
  },
  "system:discovery": {
    rules: [
      {
        verbs: ["get"],
        nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", ...health, "/openapi", "/openapi/*"].sort(),
      },
    ],
    groups: [everybody],
  },
  "system:public-info-viewer": {
    rules: [{ verbs: ["get"], nonResourceURLs: health }],
    groups: [everybody, "system:unauthenticated"],
  },
};

/** Puts them into a new store. `at` is RFC 3339. */
export function seedRoles(store: Store, at: string): void {
  for (const [name, { rules, groups }] of Object.entries(defaults)) {
    const object = (kind: string, content: Readonly<Record<string, Json>>): KubeObject => ({
      kind,
      apiVersion: `${group}/v1`,
      metadata: {
        name,
        uid: stableUid(`${kind} ${name}`),
        creationTimestamp: at,
        labels: { "kubernetes.io/bootstrapping": "rbac-defaults" },
        annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
      },
      ...content,
    });
    store.collection(`clusterroles.${group}`).commit(keyOf("", name), object("ClusterRole", { rules }));
    const binding = object("ClusterRoleBinding", {
      roleRef: { apiGroup: group, kind: "ClusterRole", name },
      subjects: groups.map((subject) => ({ kind: "Group", apiGroup: group, name: subject })),
    });
    store.collection(`clusterrolebindings.${group}`).commit(keyOf("", name), binding);
  }
}

/** Short ways to write the objects of a scenario. */
import type { KubeObject } from "../kube/object.ts";
import type { BehaviourSpec } from "../sim/behaviour.ts";
import { BEHAVIOUR } from "../sim/behaviour.ts";

export type Labels = Readonly<Record<string, string>>;

export const namespace = (name: string, labels: Labels = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "kubernetes.io/metadata.name": name, ...labels } },
});

export const INJECTED: Labels = { "istio-injection": "enabled" };
export const AMBIENT: Labels = { "istio.io/dataplane-mode": "ambient" };

export interface WorkloadSpec {
  readonly namespace: string;
  readonly name: string;
  /** Defaults to the name. */
  readonly app?: string;
  readonly version?: string;
  readonly replicas?: number;
  readonly account?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  /** Name of the only container; the default is the app's. `istio-proxy` makes a gateway. */
  readonly container?: string;
  readonly behaviour?: BehaviourSpec;
}

/** A workload of apps/v1 with its pod template; the behaviour is the template's annotation. */
export function workload(kind: "Deployment" | "StatefulSet" | "DaemonSet", w: WorkloadSpec): KubeObject {
  const app = w.app ?? w.name;
  const matchLabels = { app, ...(w.version !== undefined && { version: w.version }) };
  const annotations = {
    ...w.annotations,
    ...(w.behaviour !== undefined && { [BEHAVIOUR]: JSON.stringify(w.behaviour) }),
  };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: w.name, namespace: w.namespace, labels: { ...matchLabels } },
    spec: {
      ...(kind !== "DaemonSet" && { replicas: w.replicas ?? 1 }),
      ...(kind === "StatefulSet" && { serviceName: w.name }),
      selector: { matchLabels },
      template: {
        metadata: { labels: { ...matchLabels, ...w.labels }, annotations },
        spec: {
          serviceAccountName: w.account ?? app,
          containers: [
            {
              name: w.container ?? app,
              image: `registry.example/${app}:${w.version ?? "1"}`,
              ports: [{ containerPort: 8080 }],
            },
          ],
        },
      },
    },
  };
}

export const deployment = (w: WorkloadSpec): KubeObject => workload("Deployment", w);

export function service(
  ns: string,
  name: string,
  options: {
    readonly selector?: Labels | null;
    readonly port?: number;
    readonly target?: number;
    readonly protocol?: "http" | "grpc" | "tcp";
    readonly labels?: Labels;
  } = {},
): KubeObject {
  const protocol = options.protocol ?? "http";
  const selector = options.selector === undefined ? { app: name } : options.selector;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: ns, labels: { app: name, ...options.labels } },
    spec: {
      ...(selector !== null && { selector }),
      ports: [
        {
          name: protocol,
          port: options.port ?? 80,
          targetPort: options.target ?? 8080,
          protocol: "TCP",
          appProtocol: protocol,
        },
      ],
    },
  };
}

export const serviceAccount = (ns: string, name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace: ns },
});

/** An object of Istio's networking, security or telemetry group. */
export const istio = (
  group: "networking" | "security" | "telemetry",
  kind: string,
  ns: string,
  name: string,
  spec: KubeObject["spec"],
): KubeObject => ({
  apiVersion: `${group}.istio.io/v1`,
  kind,
  metadata: { name, namespace: ns },
  ...(spec !== undefined && { spec }),
});

/** Marked as an application of Argo CD's. https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/ */
export function byArgo(application: string, object: KubeObject): KubeObject {
  const { namespace, name } = object.metadata;
  const group = object.apiVersion?.split("/")[0] ?? "";
  const id = `${application}:${group}/${object.kind}:${namespace}/${name}`;
  const annotations = { ...object.metadata.annotations, "argocd.argoproj.io/tracking-id": id };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/**
 * A Deployment that tools recognise as Istio's control plane, and the ConfigMap that its settings are in: what the simulator
 * does, mutual TLS by itself and one trace of fifty calls (lab/otlp/exporter.ts), in MeshConfig's words.
 */
export const istiod = (): KubeObject[] => [
  deployment({ namespace: "istio-system", name: "istiod", labels: { istio: "pilot", "istio.io/rev": "default" } }),
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: "istio-system", labels: { "istio.io/rev": "default" } },
    data: { mesh: MESH, meshNetworks: "networks: {}\n" },
  },
];

/** https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ */
const MESH = `defaultConfig:
  discoveryAddress: istiod.istio-system.svc:15012
  tracing:
    sampling: 2
defaultProviders:
  metrics:
  - prometheus
  tracing:
  - otel
enableAutoMtls: true
extensionProviders:
- name: otel
  opentelemetry:
    port: 4317
    service: collector.observability.svc.cluster.local
outboundTrafficPolicy:
  mode: ALLOW_ANY
pathNormalization:
  normalization: BASE
rootNamespace: istio-system
trustDomain: cluster.local
`;

/** Annotations by which proxies that nobody injects ask to be scraped. */
export const SCRAPED: Labels = {
  "prometheus.io/scrape": "true",
  "prometheus.io/port": "15020",
  "prometheus.io/path": "/stats/prometheus",
};

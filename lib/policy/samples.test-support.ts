/** A small shop's mesh, written as people write it: what Istio's and Gateway API's documents show, in our own words. */
import type { Manifest } from "./manifest.ts";
import { readYaml } from "./yaml.ts";

export const SAMPLES = `# everything to v1, the tester to v2
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
  - name: tester
    match: [{headers: {end-user: {exact: jason}}, uri: {prefix: /reviews}}]
    fault:
      delay: {percentage: {value: 10}, fixedDelay: 7s}
      abort: {percentage: {value: 0.5}, httpStatus: 503}
    route: [{destination: {host: reviews, subset: v2}}]
  - route:
    - {destination: {host: reviews, subset: v1}, weight: 1}
    - {destination: {host: reviews, subset: v2}, weight: 1}
    - {destination: {host: reviews, subset: v3}, weight: 1}
    mirror: {host: reviews, subset: v3}
    mirrorPercentage: {value: 12.5}
    timeout: 10s
    retries: {attempts: 3, perTryTimeout: 2s, retryOn: "5xx,reset"}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: shop}
spec:
  host: reviews
  exportTo: ["."]
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 100, connectTimeout: 30ms}, http: {http2MaxRequests: 1000}}
    outlierDetection: {consecutive5xxErrors: 7, interval: 5m, baseEjectionTime: 15m}
    loadBalancer: {consistentHash: {httpCookie: {name: user, ttl: 0s}}, warmup: {duration: 30s}}
    tls: {mode: ISTIO_MUTUAL}
    portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: LEAST_REQUEST}}]
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}
  - {name: v3, labels: {version: v3}}
---
# two services of their own, as progressive delivery wants it
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ratings, namespace: shop}
spec:
  hosts: [ratings]
  http:
  - route:
    - {destination: {host: ratings}, weight: 90}
    - {destination: {host: ratings-canary}, weight: 10}
    fault: {delay: {percent: 50, fixedDelay: 2s}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mongo, namespace: shop}
spec:
  hosts: [mongo]
  tcp: [{match: [{port: 27017}], route: [{destination: {host: mongo, port: {number: 27017}}}]}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: shop}, hosts: ["*.example.org"]}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: payments, namespace: shop}
spec: {hosts: [api.example.org], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS, location: MESH_EXTERNAL}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: shop}
spec: {egress: [{hosts: ["./*", "istio-system/*"]}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: finance, namespace: shop}
spec:
  selector: {matchLabels: {app: finance}}
  mtls: {mode: STRICT}
  portLevelMtls:
    8080: {mode: DISABLE}
    9000: {}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: UNSET}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-all, namespace: shop}
spec: {}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: reviews
  namespace: shop
  annotations: {istio.io/dry-run: "true"}
spec:
  selector: {matchLabels: {app: reviews}}
  action: ALLOW
  rules:
  - from: [{source: {principals: [cluster.local/ns/shop/sa/productpage]}}]
    to: [{operation: {methods: [GET], paths: ["/reviews/*"]}}]
    when: [{key: "request.headers[version]", values: [v1, v2]}]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: default, namespace: istio-system}
spec: {tracing: [{randomSamplingPercentage: 10.00}]}
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: lua, namespace: shop}
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    patch:
      operation: INSERT_BEFORE
      value:
        name: lua
        typed_config:
          inlineCode: |
            function envoy_on_request(handle)
              handle:headers():add("x", "y")
            end
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: tools, labels: {istio-injection: disabled}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: details, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: details, port: 9080}]
  rules:
  - matches: [{path: {type: PathPrefix, value: /details}}]
    filters:
    - {type: RequestMirror, requestMirror: {backendRef: {name: details-v2, port: 9080}, fraction: {numerator: 25, denominator: 200}}}
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}]}}
    backendRefs: [{name: details-v1, port: 9080, weight: 9}, {name: details-v2, port: 9080}]
    timeouts: {request: 10s, backendRequest: 2s}
    retry: {attempts: 2, codes: [502, 503], backoff: 100ms}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: {name: details, namespace: stock}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: "", kind: Service}]}
`;

/** @throws where one of them can't be read */
export function samples(): readonly Manifest[] {
  return readYaml(SAMPLES).documents.map((document) => {
    if ("problem" in document) throw new Error(`${document.problem.line}: ${document.problem.message}`);
    return document.manifest;
  });
}

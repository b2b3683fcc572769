/** Values that Istio takes with a warning. */
import { VIRTUAL_SERVICE } from "./docs.ts";
import { RELEASE } from "./envoy/types.ts";
import type { Family } from "./family.ts";
import {
  emptySelector,
  hostsTwice,
  oddAuthorization,
  oddRequestAuthentication,
  oddServiceEntry,
  oddTelemetry,
  oddWorkloadEntry,
  SELECTING,
} from "./odd-others.ts";
import { oddEnvoyFilter } from "./odd-patches.ts";
import { oddDestinationRule, oddGateway, oddSidecarListeners, oddVirtualService } from "./odd-routing.ts";

export const oddValues: Family = {
  rules: {
    "value-odd": {
      also: ["IST0133"],
      severity: "warning",
      when: `A value is taken, and likely not meant: Istio's webhook warns of it. An EnvoyFilter's values are held against Envoy's types as Istio ${RELEASE} has them.`,
      docs: VIRTUAL_SERVICE,
    },
  },
  parts: [
    { of: ["ServiceEntry"], reads: [], each: hostsTwice },
    { of: ["VirtualService"], reads: [], each: oddVirtualService },
    { of: ["DestinationRule"], reads: [], each: oddDestinationRule },
    { of: ["Gateway.networking.istio.io"], reads: [], each: oddGateway },
    { of: ["Sidecar"], reads: [], each: oddSidecarListeners },
    { of: ["ServiceEntry"], reads: [], each: oddServiceEntry },
    { of: ["WorkloadEntry"], reads: [], each: oddWorkloadEntry },
    { of: ["Telemetry"], reads: [], each: oddTelemetry },
    { of: ["EnvoyFilter"], reads: [], each: oddEnvoyFilter },
    { of: ["AuthorizationPolicy"], reads: [], each: oddAuthorization },
    { of: ["RequestAuthentication"], reads: [], each: oddRequestAuthentication },
    { of: SELECTING, reads: [], each: emptySelector },
  ],
};

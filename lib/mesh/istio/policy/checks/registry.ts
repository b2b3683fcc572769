/** All families of checks. A new one is a file and a line here. */
import type { CheckRule } from "#lib/policy/finding.ts";
import { ambient } from "./ambient.ts";
import { annotations } from "./annotations.ts";
import { authorization } from "./authorization.ts";
import { conditions } from "./conditions.ts";
import { denialChecks } from "./denials.ts";
import { deprecated } from "./deprecated.ts";
import { destinationPorts } from "./destination-ports.ts";
import { destinationRules } from "./destination-rules.ts";
import { discovery } from "./discovery.ts";
import { extensions } from "./extensions.ts";
import type { Family } from "./family.ts";
import { gatewayApi } from "./gateway-api.ts";
import { gatewayApiRoutes } from "./gateway-api-routes.ts";
import { gatewayCredentials } from "./gateway-credentials.ts";
import { gateways } from "./gateways.ts";
import { installation } from "./installation.ts";
import { mtls } from "./mtls.ts";
import { namespaceChecks } from "./namespaces.ts";
import { oddValues } from "./odd.ts";
import { podChecks } from "./pods.ts";
import { revisions } from "./revisions.ts";
import { selectors } from "./selectors.ts";
import { serviceEntries } from "./service-entries.ts";
import { services } from "./services.ts";
import { sidecars } from "./sidecars.ts";
import { values } from "./values.ts";
import { virtualServiceGateways } from "./virtual-service-gateways.ts";
import { virtualServiceRules } from "./virtual-service-rules.ts";
import { virtualServices } from "./virtual-services.ts";
import { workloads } from "./workloads.ts";

export const families: readonly Family[] = [
  virtualServices,
  destinationPorts,
  virtualServiceRules,
  virtualServiceGateways,
  destinationRules,
  serviceEntries,
  sidecars,
  gateways,
  gatewayCredentials,
  gatewayApi,
  gatewayApiRoutes,
  mtls,
  authorization,
  denialChecks,
  selectors,
  ambient,
  namespaceChecks,
  workloads,
  podChecks,
  services,
  extensions,
  annotations,
  values,
  oddValues,
  deprecated,
  conditions,
  installation,
  discovery,
  revisions,
];

/** Every check by its code, in the order of the families. */
export const checkRules: readonly CheckRule[] = families.flatMap(({ rules }) =>
  Object.entries(rules).map(([code, { also, severity, when, docs }]) => ({ code, also, severity, when, docs })),
);

/** Pages that explain the rules. */
const REFERENCE = "https://istio.io/latest/docs/reference/config";

export const VIRTUAL_SERVICE = `${REFERENCE}/networking/virtual-service/`;
export const DESTINATION_RULE = `${REFERENCE}/networking/destination-rule/`;
export const GATEWAY = `${REFERENCE}/networking/gateway/`;
export const SERVICE_ENTRY = `${REFERENCE}/networking/service-entry/`;
export const SIDECAR = `${REFERENCE}/networking/sidecar/`;
export const ENVOY_FILTER = `${REFERENCE}/networking/envoy-filter/`;
export const WORKLOAD_GROUP = `${REFERENCE}/networking/workload-group/`;
export const PEER_AUTHENTICATION = `${REFERENCE}/security/peer_authentication/`;
export const REQUEST_AUTHENTICATION = `${REFERENCE}/security/request_authentication/`;
export const AUTHORIZATION_POLICY = `${REFERENCE}/security/authorization-policy/`;
export const TELEMETRY = `${REFERENCE}/telemetry/`;
export const SELECTOR = `${REFERENCE}/type/workload-selector/`;
export const ANNOTATIONS = `${REFERENCE}/annotations/`;
export const TRAFFIC = "https://istio.io/latest/docs/ops/best-practices/traffic-management/";
export const SECURITY = "https://istio.io/latest/docs/ops/best-practices/security/";
export const PROTOCOLS = "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/";
export const REQUIREMENTS = "https://istio.io/latest/docs/ops/deployment/application-requirements/";
export const INJECTION = "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/";
export const WAYPOINT = "https://istio.io/latest/docs/ambient/usage/waypoint/";
export const AMBIENT_L7 = "https://istio.io/latest/docs/ambient/usage/l7-features/";
export const AMBIENT = "https://istio.io/latest/docs/ambient/usage/add-workloads/";
export const GATEWAY_API = "https://gateway-api.sigs.k8s.io/reference/spec/";
export const REFERENCE_GRANT = "https://gateway-api.sigs.k8s.io/api-types/referencegrant/";
export const JWT_ROUTING = "https://istio.io/latest/docs/tasks/security/authentication/jwt-route/";
export const MESH_CONFIG = `${REFERENCE}/istio.mesh.v1alpha1/`;

/** What a client's proxy sends, and why, as it is told. */
import type { ClientTls } from "#lib/policy/client-tls.ts";
import { type Past, pastInWords } from "../capture.ts";
import type { Because, OutboundMtls } from "../outbound-mtls.ts";
import type { Called } from "./called.ts";
import type { Sender } from "./connection.ts";

/** As its DestinationRule calls it; null: not known. */
export function sentAs({ sends, because, chain }: OutboundMtls): ClientTls["sends"] {
  if (typeof sends !== "string") return null;
  if (sends === "mutual TLS") return because === "rule" ? "ISTIO_MUTUAL" : "automatic";
  if (sends === "own TLS") return chain.at(-1)?.says === "SIMPLE" ? "SIMPLE" : "MUTUAL";
  return "plaintext";
}

export const UNSENT =
  "No proxy of theirs sends it: it goes as the client itself says it, and nothing proves who calls.";

const PASSED_OVER =
  "The rule’s credentialName counts at gateways, and for sidecars in rules with a workloadSelector, alone: plaintext is sent.";

const WORDS: Readonly<Record<Exclude<Because, "rule" | "passed over">, string>> = {
  external: "The host is outside the mesh: automatic mutual TLS isn’t sent there.",
  off: "Automatic mutual TLS is off.",
  around: "The service’s mesh or namespace says DISABLE: automatic mutual TLS isn’t sent.",
  all: "Automatic mutual TLS: all pods behind the address that is called take it.",
  "not all":
    "Automatic mutual TLS goes to all pods of what is called by their addresses or to none, and one doesn’t take it.",
  marked:
    "Automatic mutual TLS: what the rule says otherwise marks the pods for it, whatever their PeerAuthentications say.",
  "not marked": "What the rule says otherwise leaves the pods unmarked: automatic mutual TLS isn’t sent.",
  "no sidecar": "Automatic mutual TLS goes to pods with a sidecar alone.",
  disabled: "The server’s PeerAuthentication says DISABLE: automatic mutual TLS isn’t sent.",
  automatic: "Automatic mutual TLS: the pods have a sidecar, and their PeerAuthentications don’t say DISABLE.",
};

const UNTOLD = "No DestinationRule says anything of TLS.";
const EMPTIED =
  "The DestinationRule’s entry for the port says nothing of TLS, and takes the place of all else that it says.";

const PLACES = {
  ...{ rule: "as a whole", port: "for the port", subset: "for the subset", "subset port": "for the subset’s port" },
} as const;

/** `auto`: the mesh's setting, where that alone makes the difference. */
export function sentWhy(
  { because, chain, emptied }: OutboundMtls,
  sender: Pick<Sender, "namespace">,
  { namespace }: Pick<Called, "namespace">,
  { auto, root }: { readonly auto: boolean | null; readonly root: string },
): readonly string[] {
  const last = chain.at(-1);
  if (because === undefined) return [];
  if (because !== "rule" && because !== "passed over")
    return [
      emptied === undefined ? UNTOLD : EMPTIED,
      WORDS[because],
      ...(auto === null ? [] : [`enableAutoMtls of the mesh is ${auto ? "on" : "off"}.`]),
    ];
  const at = last?.object.metadata.namespace;
  const whose =
    at === sender.namespace
      ? "the client’s namespace"
      : at === namespace
        ? "the service’s namespace"
        : at === root
          ? "the root namespace"
          : "another namespace";
  const place = PLACES[(last?.level ?? "rule") as keyof typeof PLACES];
  const said = `The DestinationRule that counts is one of ${whose}, and says it ${place}.`;
  return because === "rule" ? [said] : [said, PASSED_OVER];
}

/** Why it doesn't connect. */
export function refusedWhy(takes: ClientTls["takes"], port: number | null, past: Past): string {
  switch (takes) {
    case "STRICT":
      return "STRICT refuses what isn’t the mesh’s mutual TLS.";
    case "no proxy":
      return "A pod without a proxy can’t take the mesh’s mutual TLS.";
    case "past": {
      const text = pastInWords(port, past);
      return `${text.charAt(0).toUpperCase()}${text.slice(1)}, and the workload can’t take the mesh’s mutual TLS.`;
    }
    default:
      return "DISABLE can’t take the mesh’s mutual TLS.";
  }
}

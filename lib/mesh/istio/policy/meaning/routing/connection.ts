/**
 * Which of a listener's filter chains takes a connection, as Envoy looks for it: the narrowest block that holds the address that was
 * called, in it the closest server name, then those for any name; it doesn't go back to a wider block. Else the default chain.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto#config-listener-v3-filterchainmatch
 */
import { inBlock, parseAddress } from "../authorization/address.ts";
import type { EffectiveRule } from "./delegates.ts";

/** What a port carries that is no request: TLS that the client itself speaks, or anything else. */
export type Bytes = "tcp" | "tls";

export interface Chain {
  /** null: the service itself. */
  readonly found: EffectiveRule | null;
  /** Names that a client may ask for by TLS; none, or `*`: whichever, and none. */
  readonly sni: readonly string[];
  /** Blocks that the address that is called lies in; none: whichever. */
  readonly subnets: readonly string[];
}

/** Absent: not known. */
export interface Connection {
  /** Server name of the client's own TLS; null: none. */
  readonly sni?: string | null;
  /** That it is made to. */
  readonly address?: string;
}

export type Taken =
  /** null: none takes it. */
  | { readonly kind: "chain"; readonly chain: Chain | null }
  | { readonly kind: "unknown"; readonly lacks: readonly string[]; readonly candidates: readonly (Chain | null)[] };

const ANY_NAME = "";

const namesOf = ({ sni }: Chain): readonly string[] =>
  sni.length === 0 || sni.includes("*") ? [ANY_NAME] : sni.map((each) => each.toLowerCase());

/** istiod makes it the listener's default. (isMatchAll in pilot/pkg/networking/core/listener.go) */
export const takesAll = (chain: Chain): boolean => chain.subnets.length === 0 && namesOf(chain)[0] === ANY_NAME;

export function takenBy(chains: readonly Chain[], { sni, address }: Connection): Taken {
  const otherwise = chains.findLast(takesAll) ?? null;
  const others = chains.filter((chain) => !takesAll(chain));
  if (others.some((chain) => blocksOf(chain).length > 0) && address === undefined) {
    return {
      kind: "unknown",
      lacks: ["the address that the service is called at"],
      candidates: [...others, otherwise],
    };
  }
  const pool = narrowest(others, address ?? "");
  if (pool.every((chain) => namesOf(chain)[0] === ANY_NAME)) return { kind: "chain", chain: pool[0] ?? otherwise };
  const open = pool.find((chain) => namesOf(chain)[0] === ANY_NAME) ?? otherwise;
  if (sni === undefined) {
    const candidates = [...pool.filter((chain) => chain !== open), open];
    return { kind: "unknown", lacks: ["the server name that the client asks for by TLS (SNI)"], candidates };
  }
  const named = sni === null ? undefined : closestTo(sni.toLowerCase(), pool);
  return { kind: "chain", chain: named ?? open };
}

/** Those of the narrowest block that holds the address. */
function narrowest(chains: readonly Chain[], address: string): readonly Chain[] {
  const held = chains.map((chain) => ({ chain, width: widthFor(chain, address) })).filter(({ width }) => width >= 0);
  const most = Math.max(...held.map(({ width }) => width));
  return held.filter(({ width }) => width === most).map(({ chain }) => chain);
}

/** Those that istiod pushes: without what is no block, and without 0.0.0.0, which beside others counts for nothing. (toFilterChainMatch) */
const blocksOf = ({ subnets }: Chain): readonly string[] =>
  subnets.filter((block) => {
    const [base = ""] = block.trim().split("/");
    return base !== "0.0.0.0" && parseAddress(base) !== null;
  });

/** Bits of the longest of its blocks that holds the address; -1: none does. */
function widthFor(chain: Chain, address: string): number {
  const blocks = blocksOf(chain);
  if (blocks.length === 0) return 0;
  return Math.max(-1, ...blocks.filter((block) => inBlock(block, address) === true).map(bitsOf));
}

function bitsOf(block: string): number {
  const [base = "", length] = block.trim().split("/");
  return length === undefined ? (parseAddress(base)?.width ?? 0) : Number(length);
}

/** The name itself, else the longest pattern that it ends in. */
function closestTo(name: string, chains: readonly Chain[]): Chain | undefined {
  const labels = name.split(".");
  const spellings = [name, ...labels.slice(1).map((_, at) => `*.${labels.slice(at + 1).join(".")}`)];
  for (const spelling of spellings) {
    const found = chains.find((chain) => namesOf(chain).includes(spelling));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Whether a block and a name are asked for twice, by two of them or by one: Envoy refuses such a listener whole, and keeps what it had
 * before. Of a sidecar those that take all don't count, for they are made the default.
 */
export function clash(chains: readonly Chain[]): boolean {
  const seen = new Set<string>();
  for (const chain of chains) {
    const own = blocksOf(chain);
    const blocks = own.length === 0 ? ["0.0.0.0/0"] : own;
    for (const key of blocks.flatMap((block) => namesOf(chain).map((name) => `${maskOf(block)} ${name}`))) {
      if (seen.has(key)) return true;
      seen.add(key);
    }
  }
  return false;
}

/** What is lacking then. */
export const REFUSED =
  "what the proxy had before: Envoy refuses a listener where two rules ask for the same name and address";

/** A block with what its mask leaves out zeroed, so that alike ones read alike. */
function maskOf(block: string): string {
  const [base = ""] = block.trim().split("/");
  const parsed = parseAddress(base);
  if (parsed === null) return block;
  const shift = BigInt(Math.max(0, parsed.width - bitsOf(block)));
  return `${parsed.width}/${(parsed.bits >> shift) << shift}/${bitsOf(block)}`;
}

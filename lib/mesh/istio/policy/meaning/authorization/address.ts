/** Addresses and blocks of them, IPv4 and IPv6. An address alone is a block of one. */

interface Block {
  readonly bits: bigint;
  readonly width: 32 | 128;
}

const LONGEST = 64;

/** Addresses from `bits` on, `2 ** shift` of them. */
interface Range extends Block {
  readonly shift: bigint;
}

/** A block (`10.0.0.0/8`, `10.1.2.3`, `2001:db8::/32`); null: it is none. One of IPv4 inside IPv6 (`::ffff:10.0.0.0/104`) is one of IPv4. */
export function parseBlock(block: string): Range | null {
  const [base = "", length, ...more] = block.trim().split("/");
  const of = parseAddress(base);
  if (of === null || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const mapped = of.width === 32 && base.includes(":") ? 96 : 0;
  const prefix = length === undefined ? of.width : Number(length) - mapped;
  if (prefix > of.width || prefix < 0) return null;
  const shift = BigInt(of.width - prefix);
  return { bits: (of.bits >> shift) << shift, width: of.width, shift };
}

/** Whether a block holds an address; null: one of the two is none. */
export function inBlock(block: string, address: string): boolean | null {
  const [of, it] = [parseBlock(block), parseAddress(address)];
  if (of === null || it === null) return null;
  return of.width === it.width && of.bits >> of.shift === it.bits >> of.shift;
}

export const isBlock = (text: string): boolean => inBlock(text, "0.0.0.0") !== null;

/** An address as a number. IPv4 inside IPv6 (`::ffff:10.0.0.1`) is IPv4. */
export function parseAddress(text: string): Block | null {
  if (text.length > LONGEST) return null;
  if (!text.includes(":")) return parseFour(text);
  const dotted = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text);
  const tail = dotted === null ? null : parseFour(dotted[2] ?? "");
  if (dotted !== null && tail === null) return null;
  const hex = (part: bigint) => part.toString(16);
  const plain = tail === null ? text : `${dotted?.[1] ?? ""}${hex(tail.bits >> 16n)}:${hex(tail.bits & 0xffffn)}`;
  const halves = plain.split("::");
  if (halves.length > 2) return null;
  const [head = [], rest = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...rest];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  const bits = groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return bits >> 32n === 0xffffn ? { bits: bits & 0xffffffffn, width: 32 } : { bits, width: 128 };
}

function parseFour(text: string): Block | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return { bits: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n), width: 32 };
}

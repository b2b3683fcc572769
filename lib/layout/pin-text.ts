/**
 * Places that somebody chose, as text that fits an address: `key.x.y`, of a box `key.x.y.width.height`, joined by `_`, all in
 * base 36. A key is a hash of an id, so that links stay short and name nothing that their reader may not see. What is read
 * is anybody's text: what isn't a pin counts as absent. Pure.
 */

/** Where something stands, in world units from the upper left of what it lies in, the drawing's if that is nothing. */
export interface Pin {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  /** Of a box. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** Beyond this no drawing reaches. */
export const FARTHEST = 99_999;
/** Characters: with it, an address passes where 8 kB are allowed, and some 200 marks have room. */
const LONGEST = 4000;

const PIN = /^[0-9a-z]{1,7}(?:\.[0-9a-z]{1,4}){2}(?:(?:\.[0-9a-z]{1,4}){2})?$/;

/** 32 bits of FNV-1a over UTF-16 (http://www.isthe.com/chongo/tech/comp/fnv/): the same everywhere, and short. */
export function keyOfId(id: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(36);
}

const isPlace = (value: number) => Number.isInteger(value) && value >= 0 && value <= FARTHEST;

function writePin({ key, x, y, size }: Pin): string | null {
  const numbers = [x, y, ...(size === null ? [] : [size.width, size.height])];
  return numbers.every(isPlace) ? [key, ...numbers.map((value) => value.toString(36))].join(".") : null;
}

/** As many of the pins as fit, the first ones first, and how many don't. */
export function writePins(pins: readonly Pin[]): { readonly text: string; readonly left: number } {
  const texts: string[] = [];
  let length = 0;
  for (const text of pins.map(writePin)) {
    if (text === null || length + text.length > LONGEST) continue;
    texts.push(text);
    length += text.length + 1;
  }
  return { text: texts.join("_"), left: pins.length - texts.length };
}

/** The pins of a text, each key's first one. */
export function readPins(text: string): readonly Pin[] {
  const pins = new Map<string, Pin>();
  if (text.length > LONGEST) return [];
  for (const part of text.split("_")) {
    if (!PIN.test(part)) continue;
    const [key = "", ...rest] = part.split(".");
    const [x = 0, y = 0, width, height] = rest.map((number) => Number.parseInt(number, 36));
    const size = width === undefined || height === undefined ? null : { width, height };
    const pin = { key, x, y, size };
    if (!pins.has(key) && writePin(pin) !== null) pins.set(key, pin);
  }
  return [...pins.values()];
}

/** Blocks of IPv4 addresses, `10.0.0.0/8` or a single one; the lab's pods have no others. */

/** Does a block hold an address? One that can't be read holds none. */
export function blockTest(block: string): (address: string) => boolean {
  const [base = "", length = "32"] = block.split("/", 2);
  const start = numberOf(base);
  const bits = Number(length);
  if (start === null || !/^\d+$/.test(length) || bits > 32) return () => false;
  const size = 2 ** (32 - bits);
  const first = Math.floor(start / size);
  return (address) => {
    const number = numberOf(address);
    return number !== null && Math.floor(number / size) === first;
  };
}

function numberOf(address: string): number | null {
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

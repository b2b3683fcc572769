/** The part of culori (which ships no types) that the token tests use. */
declare module "culori" {
  type Sight = (colour: string) => unknown;
  export function wcagContrast(one: string, other: string): number;
  export function differenceCiede2000(): (one: unknown, other: unknown) => number;
  export function filterDeficiencyProt(severity: number): Sight;
  export function filterDeficiencyDeuter(severity: number): Sight;
  export function filterDeficiencyTrit(severity: number): Sight;
}

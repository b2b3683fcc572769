/** Where things stand in one view: now, earlier, in this visit, and before each move that can be taken back. Pure. */
import type { Layout, LayoutInput } from "#lib/layout/model.ts";
import type { Pin } from "#lib/layout/pin-text.ts";
import { type ByHand, byHandOf, changedPlaces, NONE_BY_HAND, pinned } from "#lib/layout/pins.ts";
import { recall, remember } from "#lib/layout/recall.ts";
import { sameInput } from "./placing.ts";

/** So many moves by hand and fresh layouts can be taken back. */
const TAKEN_BACK = 50;

export class Standing {
  /** null before the first layout. */
  places: Layout | null = null;
  /** The last place of all that was drawn since the view was opened, folded or not. */
  private earlier: Layout | null = null;
  /** Places of this visit, by key. */
  private readonly visited = new Map<string, Layout>();
  /** Places of this key before each move by hand and each fresh layout, the last one at the end. */
  private before: Layout[] = [];
  /** Layouts that went by no earlier one, and what they were made of: whoever opens a link to the same gets the same. */
  private readonly cold = new WeakMap<Layout, LayoutInput>();
  /** What a link says of places, until somebody lays the view out afresh. */
  private pins: readonly Pin[] = [];

  /** Turns to the places of a key, of which a link has these pins. Whether this visit has any. */
  enter(key: string, pins: readonly Pin[]): boolean {
    this.before = [];
    this.earlier = null;
    this.pins = pins;
    this.places = this.visited.get(key) ?? null;
    return this.places !== null;
  }

  /** Goes on with the places that there are, if there are any: some boxes open or close. Whether it does. */
  stay(): boolean {
    this.before = [];
    return this.places !== null;
  }

  /** What the next layout goes by; null: nothing. */
  previous(input: LayoutInput): Layout | null {
    const { places, earlier } = this;
    return places === null || earlier === null ? places : recall(places, earlier, input);
  }

  /** Takes a layout that was worked out. The first one has the link's pins. What was moved by hand stays known as such. */
  take(key: string, input: LayoutInput, layout: Layout): Layout {
    const byHand = this.places?.byHand;
    if (this.places !== null) return this.adopt(key, byHand === undefined ? layout : { ...layout, byHand });
    const { layout: placed, ids } = pinned(input, layout, this.pins);
    if (ids.length > 0) return this.adopt(key, { ...placed, byHand: ids });
    this.cold.set(placed, input);
    return this.adopt(key, placed);
  }

  /** Takes what a hand made of the places: `id` moved, and with it what made room. */
  takeMove(key: string, id: string, next: Layout): Layout {
    const { places } = this;
    this.keepForUndo();
    const changed = new Set([...(places === null ? [] : changedPlaces(places, next)), id]);
    changed.delete(id);
    const others = (places?.byHand ?? []).filter((known) => known !== id && !changed.has(known));
    return this.adopt(key, { ...next, byHand: [...others, ...changed, id] });
  }

  private adopt(key: string, places: Layout): Layout {
    this.places = places;
    this.earlier = remember(this.earlier, places);
    this.visited.set(key, places);
    return places;
  }

  private keepForUndo(): void {
    if (this.places !== null) this.before = [...this.before.slice(1 - TAKEN_BACK), this.places];
  }

  /** How many moves and fresh layouts can be taken back. */
  moves(): number {
    return this.before.length;
  }

  /** Goes back to the places before the last of them; null: there were none. */
  back(key: string): Layout | null {
    const places = this.before.at(-1);
    if (places === undefined) return null;
    this.before = this.before.slice(0, -1);
    return this.adopt(key, places);
  }

  /** Forgets the places of this key, which can be taken back. */
  afresh(key: string): void {
    this.visited.delete(key);
    this.keepForUndo();
    this.places = null;
    this.earlier = null;
    this.pins = [];
  }

  /**
   * What a link has to say of places. `input`: what is drawn; `cold`: that, laid out afresh, asked for where that is quick. Places
   * stay while other calls come to carry most, and a fresh layout would then put things elsewhere.
   */
  byHand(input: LayoutInput, cold: () => Layout): ByHand {
    const { places } = this;
    if (places === null) return NONE_BY_HAND;
    const known = this.cold.get(places);
    return byHandOf(places, cold, known !== undefined && sameInput(known, input));
  }

  forget(): void {
    this.visited.clear();
    this.enter("", []);
  }
}

/** The frame that a hand on the time axis is on; what is followed goes on behind it. */
import type { Graph } from "#lib/graph/model.ts";

export interface HandDeps {
  /** Whether what was shown last isn't drawn yet. */
  readonly busy: () => boolean;
  /** Another frame is on the screen, or none any more. */
  readonly show: () => void;
  /** Calls back once, after messages that wait have had their turn. */
  readonly later: (call: () => void) => void;
}

/**
 * A hand is quicker than a drawing: of the frames that it passes meanwhile, only the last is shown. Were each shown as it
 * comes, they would queue up behind the hand, and no layout would ever be done, since each gives up the one before.
 */
export class Hand {
  private readonly deps: HandDeps;
  /** On the screen; null: what is followed. */
  private shown: Graph | null = null;
  /** Under the hand. */
  private held: Graph | null = null;
  private following = false;

  constructor(deps: HandDeps) {
    this.deps = deps;
  }

  frame(): Graph | null {
    return this.shown;
  }

  hold(frame: Graph | null): void {
    this.held = frame;
    if (this.following) return;
    this.following = true;
    this.follow();
  }

  /** What was held counts for nothing any more, and says nothing: something else takes its place. */
  forget(): void {
    this.held = null;
    this.shown = null;
  }

  private follow(): void {
    if (!this.deps.busy()) {
      if (this.held === this.shown) {
        this.following = false;
        return;
      }
      this.shown = this.held;
      this.deps.show();
    }
    this.deps.later(() => this.follow());
  }
}

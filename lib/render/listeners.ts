/** Who wants to be called. */
export class Listeners<Args extends unknown[]> {
  private readonly calls = new Set<(...args: Args) => void>();
  readonly add = (call: (...args: Args) => void) => {
    this.calls.add(call);
    return () => {
      this.calls.delete(call);
    };
  };
  emit(...args: Args): void {
    for (const call of this.calls) call(...args);
  }
  clear(): void {
    this.calls.clear();
  }
}

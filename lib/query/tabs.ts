/** What tabs of one browser tell each other about the session: they share the cookie. */
const NAME = "meshscope session";

export class Tabs {
  #channel: BroadcastChannel | null = null;

  /** Begins to hear the other tabs, never itself. Answers how to stop. */
  open(heard: (word: unknown) => void): () => void {
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = ({ data }) => heard(data);
    this.#channel = channel;
    return () => {
      channel.close();
      if (this.#channel === channel) this.#channel = null;
    };
  }

  say(word: string): void {
    this.#channel?.postMessage(word);
  }
}

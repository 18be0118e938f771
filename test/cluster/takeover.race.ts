import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { openRandom, type Random } from "../../src/simulator/random.ts";
import type { Line, Outcome } from "./takeover.line.ts";
import { type AgentPage, TabPage } from "./takeover.pages.ts";
import { type Move, planRace } from "./takeover.plan.ts";
import type { Screen } from "./takeover.screen.ts";

/** Something that was done, and what became of it. */
export interface Done {
  readonly kind: Move["kind"];
  /** The agent's name, or the tab's. */
  readonly who: string;
  /** To whom a conversation was handed over. */
  readonly to?: string;
  readonly messageId?: string;
  readonly sentAt: number;
  /** When the acknowledgement came. */
  readonly doneAt: number;
  /** From here on everything that had arrived before the acknowledgement has been read. */
  readonly readAt: number;
  readonly outcome: Outcome;
}

const retryMs = 150;
const patienceMs = 15_000;

type Two<T> = readonly [T, T];

/** One customer with a tab at each node, and two agents who look on: the moves of one seed. */
export class Race implements Disposable {
  readonly seed: number;
  readonly moves: readonly Move[];
  readonly tabs: Two<TabPage>;
  readonly agents: Two<AgentPage>;
  readonly done: Done[] = [];
  readonly #random: Random;
  readonly #guest: { token?: string };
  #screens: Two<Screen> | null = null;
  #ids = 0;

  /** Resolves once all four look at the conversation. */
  static async open(seed: number, urls: Two<string>, agents: Two<AgentPage>): Promise<Race> {
    const guest: { token?: string } = {};
    const [here, there] = urls;
    const first = new TabPage("tab 0", [here, there], guest);
    await first.line.ready;
    const second = new TabPage("tab 1", [there, here], guest);
    await second.line.ready;
    const race = new Race(seed, [first, second], agents, guest);
    race.#screens = [await agents[0].join(race.conversationId), await agents[1].join(race.conversationId)];
    return race;
  }

  private constructor(seed: number, tabs: Two<TabPage>, agents: Two<AgentPage>, guest: { token?: string }) {
    this.seed = seed;
    this.moves = planRace(seed);
    this.tabs = tabs;
    this.agents = agents;
    this.#guest = guest;
    this.#random = openRandom(seed ^ 0x5bd1e995);
  }

  get conversationId(): string {
    return this.tabs[0].conversationId;
  }

  get screens(): readonly Screen[] {
    return [...this.tabs.map(({ screen }) => screen), ...(this.#screens ?? [])];
  }

  /** Resolves when every move has been made and has become of it what may. */
  async play(): Promise<void> {
    const from = performance.now();
    await Promise.all(
      this.moves.map(async (move) => {
        await pause(Math.max(0, from + move.atMs - performance.now()));
        await this.#make(move);
      }),
    );
  }

  /** The conversation as a page shows it that is opened afresh at that node. */
  async openAfresh(url: string): Promise<TabPage> {
    const page = new TabPage("afresh", [url], this.#guest);
    await page.line.ready;
    return page;
  }

  [Symbol.dispose](): void {
    for (const tab of this.tabs) tab[Symbol.dispose]();
  }

  #make({ kind, who }: Move): Promise<unknown> | undefined {
    const [tab, agent] = [this.tabs[who], this.agents[who]];
    switch (kind) {
      case "ask":
        return this.#ask(tab);
      case "request":
        return this.#do(kind, tab.screen.name, tab.line, "agent:request", {});
      case "cancel":
        return this.#do(kind, tab.screen.name, tab.line, "agent:cancel", {});
      case "stop":
        return this.#stop(tab.line, tab.screen, {});
      case "reload":
        tab.screen.clear();
        return void tab.line.hop();
      case "hop":
        return void tab.line.hop();
      case "agent-stop":
        return this.#stop(agent.line, this.screens[2 + who], { conversationId: this.conversationId });
      case "rejoin":
        return agent.rejoin(this.conversationId);
      case "take":
        return this.#command(kind, agent, "conversation:take", {});
      case "say": {
        const messageId = this.#newId();
        const words = { messageId, text: `${agent.name} says ${messageId}` };
        return this.#command(kind, agent, "message:send", words, { messageId });
      }
      case "return":
        return this.#command(kind, this.#holder ?? agent, "conversation:return", { note: "handed back" });
      case "transfer": {
        const from = this.#holder ?? agent;
        const to = from === this.agents[0] ? this.agents[1] : this.agents[0];
        return this.#command(kind, from, "conversation:transfer", { to: to.agentId }, { to: to.name });
      }
      case "resolve":
        return this.#command(kind, agent, "conversation:resolve", { tags: ["race"] });
      case "note":
        return this.#command(kind, agent, "note:add", { text: "seen" });
      default:
        return kind satisfies never;
    }
  }

  /** Whoever has it, as far as the agents' screens show. */
  get #holder(): AgentPage | undefined {
    const name = this.screens[2]?.responder?.name;
    return this.agents.find((agent) => agent.name === name);
  }

  /** A page asks again under the same id until it is told that the question is stored. */
  async #ask({ line, screen }: TabPage): Promise<void> {
    const messageId = this.#newId();
    const chars = 100 + Math.floor(this.#random() * 800);
    const deltaMs = 8 + Math.floor(this.#random() * 15);
    const text = `[[sim: long chars=${chars}; pace first=${1 + Math.floor(this.#random() * 120)} delta=${deltaMs} chars=10]] ${messageId}`;
    const sentAt = performance.now();
    let outcome: Outcome = { kind: "unknown" };
    while (outcome.kind !== "done" && performance.now() < sentAt + patienceMs) {
      await line.ready;
      outcome = await line.command("message:send", { messageId, text });
      if (outcome.kind !== "done") await pause(retryMs);
    }
    await this.#note({ kind: "ask", who: screen.name, messageId, sentAt, outcome });
  }

  async #stop(line: Line, screen: Screen | undefined, more: object): Promise<void> {
    const turnId = screen?.running;
    if (turnId !== undefined) await this.#do("stop", screen?.name ?? "", line, "turn:stop", { ...more, turnId });
  }

  #command(kind: Move["kind"], { name, line }: AgentPage, command: string, payload: object, more = {}): Promise<void> {
    return this.#do(kind, name, line, command, { conversationId: this.conversationId, ...payload }, more);
  }

  async #do(kind: Move["kind"], who: string, line: Line, name: string, payload: object, more = {}): Promise<void> {
    const sentAt = performance.now();
    const outcome = await line.command(name, payload);
    await this.#note({ kind, who, sentAt, outcome, ...more });
  }

  async #note(done: Omit<Done, "doneAt" | "readAt">): Promise<void> {
    const doneAt = performance.now();
    // What a node had sent before lies in other sockets: two turns of the event loop read all of them.
    await nextTurn();
    await nextTurn();
    this.done.push({ ...done, doneAt, readAt: performance.now() });
  }

  #newId(): string {
    return `r${this.seed}-${++this.#ids}`;
  }
}

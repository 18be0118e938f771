import { TidegateError } from "../contract/errors.ts";
import type { Outcome } from "../contract/shapes.ts";
import type { Admission } from "./admission.ts";
import type { Answer } from "./answer.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import { keptOf } from "./findings.ts";
import { Outage } from "./outage.ts";
import type { Ending, Turn, TurnRef, Turns } from "./turns.ts";

export interface SilencingOptions {
  readonly conversations: Conversations;
  readonly turns: Turns;
  readonly admission: Admission;
  /**
   * Silences a turn on the node that writes it, which ends it first, or on all nodes where somebody looks; resolves when they
   * have said so, or long enough after.
   */
  readonly hush?: (turn: TurnRef & Pick<Partial<Turn>, "owner">, whom: "writer" | "watchers") => Promise<void>;
  /** Silences a turn on this node; resolves when all that was told of its conversation here has left the process. */
  readonly settled?: (ref: TurnRef) => Promise<void>;
  /** An answer that another node writes, as far as it is known here. */
  readonly mirrored?: (turnId: string) => Answer | undefined;
  /** Ends an answer that this node writes, if it does; resolves when that is stored. */
  readonly endHere: (ref: TurnRef) => Promise<void>;
  /** Stores the end of a turn that nobody writes. */
  readonly end: (turn: Turn, ending: Ending) => Promise<unknown>;
  readonly onFault: (fault: unknown, conversationId: string) => void;
}

/** Text is on its way for so long at most, unless a node hangs. */
const onItsWayMs = 2_000;
/** One node after the other may take an answer up that is to end; each is told. */
const mostSilencings = 5;

/**
 * Sees to it that the assistant is silent, at all nodes.
 *
 * - **H1** Once a person answers, not one more character of the assistant reaches anybody.
 * - **S5** What was open has its end all the same.
 */
export class Silencing {
  readonly #options: SilencingOptions;

  constructor(options: SilencingOptions) {
    this.#options = options;
  }

  /**
   * Somebody else answers from now on, and no turn starts any more: ends what is being written there, with the text so far,
   * and what waits. Resolves when that is stored, and when not one more character can reach anybody.
   *
   * @throws {TidegateError} `unavailable` when one node after the other takes the answer up
   */
  async interrupt(conversation: Conversation): Promise<void> {
    const { conversationId, running, waiting } = conversation;
    const { admission, end } = this.#options;
    await admission.giveUp(conversationId).catch(unlessOutage);
    await Promise.all([
      waiting && end(waiting, { outcome: "interrupted", text: "" }),
      running ? this.#silence(running) : this.#allHeard(conversation),
    ]);
  }

  /**
   * Somebody else answers there, and an answer or a question of the assistant's is still open: whoever took over may not have
   * lived to end it. It is ended here; nothing is done elsewhere.
   */
  finish(conversation: Conversation): void {
    const { responder, running, waiting, conversationId } = conversation;
    if (responder.kind === "assistant" || !(running ?? waiting)) return;
    // Not waited for: it waits for what is being begun there. What fails is found again by whoever looks next.
    this.interrupt(conversation).catch((fault: unknown) => {
      if (!(fault instanceof Outage)) this.#options.onFault(fault, conversationId);
    });
  }

  /** That turn as it stands; null when it has ended. */
  async openTurn(ref: TurnRef): Promise<Turn | null> {
    const turn = await this.#options.turns.read(ref);
    return turn?.state === "ended" ? null : turn;
  }

  /**
   * Ends an answer whose node does not answer, with what is known of it, under an epoch of its own: what that node has shown
   * beyond is cut, and what it says later is dropped (S4). False when another node has taken it up.
   */
  async fence(turn: Turn, outcome: Outcome): Promise<boolean> {
    const kept = await this.#keptOf(turn);
    const fenced = await this.#options.turns.raise(turn, turn.epoch, kept.text.length);
    if (fenced) await this.#options.end(fenced, { outcome, ...kept });
    return fenced !== null;
  }

  async #silence(running: Turn): Promise<void> {
    let open: Turn | null = running;
    for (let tries = 0; open !== null; tries++) {
      if (tries === mostSilencings) throw new TidegateError("unavailable");
      await this.#options.hush?.(open, "writer");
      await this.#options.endHere(open);
      open = await this.openTurn(open);
      // Its node says nothing: what it may still write is fenced, unless another node has taken it up by now.
      if (open !== null) open = (await this.fence(open, "interrupted")) ? null : await this.openTurn(open);
    }
    // Last: the end has been told by now.
    await this.#settled(running);
  }

  /** An answer that has just ended may still be on its way to somebody. */
  async #allHeard({ conversationId, messages }: Conversation): Promise<void> {
    const { at = 0, turnId } = messages.findLast(({ author }) => author === "assistant") ?? {};
    // By the store's clock alone: the latest of them are the words of the change, or of whoever speaks.
    const latestAt = messages.at(-1)?.at ?? 0;
    if (turnId !== undefined && at > latestAt - onItsWayMs) await this.#settled({ conversationId, turnId });
  }

  /** Everybody has been told of the end of that turn, with every character that it brings. */
  async #settled(ref: TurnRef): Promise<void> {
    const { hush, settled } = this.#options;
    await Promise.all([hush?.(ref, "watchers"), settled?.(ref)]);
  }

  /** What is known of another node's answer: the log is a moment behind what was shown here. */
  async #keptOf({ conversationId, turnId, epoch }: Turn): Promise<Pick<Ending, "text" | "cards" | "lookUpFailed">> {
    const { conversations, mirrored } = this.#options;
    const { logged = "", found = [] } = (await conversations.read(conversationId)) ?? {};
    const shown = mirrored?.(turnId);
    const isBehind = shown?.epoch === epoch && shown.text.length > logged.length;
    return { text: isBehind ? shown.text : logged, ...keptOf(found) };
  }
}

/** A place in a line that cannot be reached leads to nothing any more. */
function unlessOutage(fault: unknown): void {
  if (!(fault instanceof Outage)) throw fault;
}

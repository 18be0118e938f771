import { TidegateError } from "../contract/errors.ts";
import type { CustomerClass } from "../contract/shapes.ts";
import type { Admission, Admitted } from "./admission.ts";
import type { Asked, Conversations, Question } from "./conversations.ts";
import type { Wish } from "./line.ts";
import type { Responding } from "./responding.ts";
import { type Listener, questionAdded } from "./steps.ts";
import type { Started, TurnRef } from "./turns.ts";
import { Underway } from "./underway.ts";

/** Where this node's work is listed, so that others find it should this node die (N1). Must not reject. */
export interface WorkList {
  take(conversationId: string): Promise<void>;
  drop(conversationId: string): Promise<void>;
}

export interface AskingOptions {
  readonly conversations: Conversations;
  readonly admission: Admission;
  readonly listener: Listener;
  /** Who answers, as far as it is known here; without it the assistant answers everywhere. */
  readonly responding?: Responding;
  /** A question waits in that conversation, as far as is known here. */
  readonly waits?: (conversationId: string) => boolean;
  /** Asked before a question is looked up that is shed: a flood of them costs the store nothing (A3). */
  readonly mayLookUp?: () => boolean;
  readonly work?: WorkList;
  /** The line lets an answer begin in that conversation; its turn may have been started with the question. */
  readonly begin: (conversationId: string, started?: Started) => void;
  /** What waits there is listed as this node's work, and is to be so only until the line of all nodes is back. */
  readonly rest: (conversationId: string) => void;
  /** This node writes an answer there. */
  readonly writesIn: (conversationId: string) => boolean;
  /** The assistant owes an answer there. */
  readonly serve: (conversationId: string, as: CustomerClass, asks: readonly string[]) => void;
}

/**
 * Takes questions: into the line first, then into the store.
 *
 * - **A3** What is shed is not stored.
 * - **A4** What was asked before gives its first result, also while others are shed.
 * - **C2** A question is taken once.
 */
export class Asking {
  readonly #options: AskingOptions;
  /** Questions that are being entered and stored, by conversation. */
  readonly #underway = new Underway();
  /** Those of them that may begin at once. */
  readonly #beginning = new Underway();

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /** While a question of that conversation is on its way into the store; undefined where none is. */
  settled(conversationId: string): Promise<unknown> | undefined {
    return this.#underway.settled(conversationId);
  }

  /** A question is on its way into the store there whose answer begins with it. */
  isBeginning(conversationId: string): boolean {
    return this.#beginning.settled(conversationId) !== undefined;
  }

  /** The conversations of which {@link isBeginning} holds. */
  get beginning(): Iterable<string> {
    return this.#beginning.ids;
  }

  /**
   * Takes a question, and sees to it that it is answered, at once or when its turn in line has come. Resolves when it is
   * stored.
   *
   * @throws {TidegateError} `shed` when too many wait: then it is not stored
   */
  async ask(conversationId: string, question: Question, as: CustomerClass): Promise<Asked> {
    const { responding, waits } = this.#options;
    if (responding?.isAssistant(conversationId) === false) return this.#askPerson(conversationId, question, as);
    // Whoever waits already asks for no other place.
    const owed = waits?.(conversationId) === true;
    return this.#underway.during(conversationId, () =>
      this.#askInLine({ conversationId, class: as, owed, asks: [question.messageId] }, question),
    );
  }

  async #askInLine(wish: Wish, question: Question): Promise<Asked> {
    const { conversationId } = wish;
    const { listener, begin, serve } = this.#options;
    const admitted = await this.#enter(wish, question);
    if ("repeated" in admitted) return admitted;
    let started: Started | undefined;
    try {
      const asked = await this.#store(conversationId, question, admitted);
      started = asked.started;
      // Also where it was asked before.
      listener.step(questionAdded(conversationId, asked, question.arrival));
      if (asked.repeated) return asked;
      if (asked.turnId !== null) this.#tellPlace({ conversationId, turnId: asked.turnId }, admitted);
      // Where the store was slow it may have been looked for already, and not been found.
      if (asked.turnId !== null && admitted.kind === "held") serve(conversationId, wish.class, []);
      return asked;
    } finally {
      // Also when it could not be stored: what was granted is given back where nothing waits.
      if (admitted.kind === "granted") begin(conversationId, started);
    }
  }

  /** Whoever is let begin at once begins in the same step. */
  async #store(conversationId: string, question: Question, admitted: Admitted): Promise<Asked> {
    const { conversations, work, rest } = this.#options;
    // Listed first: the two commands leave in this order.
    if (admitted.kind !== "granted") {
      const listed = admitted.isAlone && work?.take(conversationId);
      const asked = await conversations.ask(conversationId, question);
      await listed;
      if (admitted.isAlone) rest(conversationId);
      return asked;
    }
    return this.#beginning.during(conversationId, async () => {
      const listed = work?.take(conversationId);
      // A line or a store that was lost may not know that this node writes there (A4).
      const begins = !this.#options.writesIn(conversationId);
      const asked = await conversations.ask(conversationId, begins ? { ...question, begins } : question);
      await listed;
      return asked;
    });
  }

  /** A person reads it: no place in line is needed for that. */
  async #askPerson(conversationId: string, question: Question, as: CustomerClass): Promise<Asked> {
    const { conversations, listener, serve } = this.#options;
    const asked = await conversations.ask(conversationId, question);
    listener.step(questionAdded(conversationId, asked, question.arrival));
    // It was handed back a moment ago: the assistant owes an answer.
    if (asked.turnId !== null && !asked.repeated) serve(conversationId, as, [question.messageId]);
    return asked;
  }

  /** What was asked and answered before needs no place in line: looked up where the line has none. */
  async #enter(wish: Wish, question: Question): Promise<Admitted | Asked> {
    try {
      return await this.#options.admission.enter(wish);
    } catch (fault) {
      const isShed = fault instanceof TidegateError && fault.code === "shed";
      const known = isShed && this.#options.mayLookUp?.() ? await this.#asked(wish.conversationId, question) : null;
      if (known) return known;
      throw fault;
    }
  }

  async #asked(conversationId: string, { messageId, text }: Question): Promise<Asked | null> {
    const conversation = await this.#options.conversations.read(conversationId).catch(() => null);
    const message = conversation?.messages.find((each) => each.messageId === messageId);
    if (message === undefined) return null;
    if (message.author !== "customer" || message.text !== text) throw new TidegateError("message-conflict");
    return { message, turnId: message.turnId ?? null, repeated: true };
  }

  #tellPlace(ref: TurnRef, admitted: Admitted): void {
    if (admitted.kind === "granted") return;
    const place = admitted.kind === "waiting" ? { at: admitted.at, position: admitted.position } : null;
    this.#options.listener.step({ kind: "turn-queued", ref, place });
  }
}

import { expect } from "vitest";
import { Outage } from "../../src/domain/outage.ts";
import type { Ending, Turn } from "../../src/domain/turns.ts";
import type { Link } from "../../src/engines/redis/link.ts";
import { answerId, type Ledger } from "./model.ledger.ts";
import type { Choices } from "./model.weather.ts";
import type { Engines } from "./world.ts";

export interface ModelNodeOptions {
  readonly nodeId: string;
  readonly conversationId: string;
  readonly link: Link;
  readonly engines: Engines;
  readonly choices: Choices;
  readonly ledger: Ledger;
}

/** An answer on the node that writes it, or thinks that it does. */
interface Answer {
  readonly turn: Turn;
  text: string;
  /** How much of it is known to be logged. */
  kept: number;
  /** Once it is to end, it ends so and not otherwise. */
  ending?: Ending;
}

const alphabet = "abcdefghijklmnopqrstuvwxyz";

/** A node that answers a customer, repeats what it does not know to have happened, and takes over what others answer. */
export class ModelNode {
  readonly #options: ModelNodeOptions;
  #answers: Answer[] = [];

  constructor(options: ModelNodeOptions) {
    this.#options = options;
  }

  async act(deeds: number): Promise<void> {
    for (let i = 0; i < deeds; i++) await this.#deed();
  }

  /** Answers whatever is not answered yet. */
  async finish(): Promise<void> {
    for (;;) {
      const conversation = await this.#read();
      if (!conversation?.running && !conversation?.waiting) return;
      await (conversation.running ? this.#takeOver() : this.#start());
      const answer = this.#answers.at(-1);
      if (answer) await this.#write(answer);
      if (answer) await this.#end(answer);
    }
  }

  /** Makes the customer's wish known, however often that takes. */
  async ask(messageId: string): Promise<void> {
    const { engines, conversationId, ledger } = this.#options;
    const question = { messageId, text: `about ${messageId}`, turnId: `turn-${messageId}` };
    const { message } = await this.#insist(() => engines.conversations.ask(conversationId, question));
    expect(message).toMatchObject({ messageId, text: question.text });
    ledger.asked(messageId);
  }

  #deed(): Promise<void> {
    const { choices } = this.#options;
    const answer = this.#answers[choices.below(this.#answers.length || 1)];
    const alone = [() => this.#start(), () => this.#takeOver(), () => this.#attend()] as const;
    if (answer === undefined) return choices.among(...alone)();
    const write = () => this.#write(answer);
    return choices.among(
      write,
      write,
      write,
      () => this.#end(answer),
      () => this.#raise(answer),
      ...alone,
    )();
  }

  async #start(): Promise<void> {
    const { engines, conversationId } = this.#options;
    const started = await this.#insist(() => engines.turns.start(conversationId));
    if (started) this.#hold(started.turn, "");
    else await this.#look();
  }

  /** Takes up the running turn where it is this node's and the reply that said so was lost. */
  async #look(): Promise<void> {
    const { running, logged = "" } = (await this.#read()) ?? {};
    const isKnown = this.#answers.some(({ turn }) => turn.turnId === running?.turnId && turn.epoch === running.epoch);
    if (running?.owner === this.#options.nodeId && !isKnown) this.#hold(running, logged);
  }

  async #takeOver(): Promise<void> {
    const { running, logged = "" } = (await this.#read()) ?? {};
    if (running) await this.#raiseAt(running, Math.max(0, logged.length - this.#options.choices.below(3)), logged);
  }

  /** Goes on with its own answer under a new epoch, from a place that is logged. */
  async #raise({ turn, text, kept, ending }: Answer): Promise<void> {
    if (!ending) await this.#raiseAt(turn, this.#options.choices.below(kept + 1), text);
  }

  async #raiseAt(turn: Turn, offset: number, text: string): Promise<void> {
    const { engines } = this.#options;
    const raised = await this.#insist(() => engines.turns.raise(turn, turn.epoch, offset));
    if (raised) this.#hold(raised, text.slice(0, offset));
    else await this.#look();
  }

  /** Adds to the text; a piece that could not be logged is part of the next one. */
  async #write(answer: Answer): Promise<void> {
    const { engines, choices, ledger } = this.#options;
    const { turn } = answer;
    if (answer.ending) return;
    for (let left = 1 + choices.below(3); left > 0; left--) {
      answer.text += alphabet[(answer.text.length + 7 * turn.epoch) % alphabet.length];
    }
    const { kept, text } = answer;
    ledger.written(turn, text.slice(turn.starts.at(-1)?.offset));
    const logged = await this.#try(() => engines.log.write(turn, turn.epoch, kept, text.slice(kept)));
    if (!logged) return;
    answer.kept = text.length;
    ledger.logged(turn, text.length);
  }

  async #end(answer: Answer): Promise<void> {
    const { engines, ledger } = this.#options;
    const { turn, text } = answer;
    answer.ending ??= { outcome: "completed", text, messageId: answerId(turn) };
    const ending = answer.ending;
    const ended = await this.#insist(() => engines.turns.end(turn, turn.epoch, ending));
    this.#answers = this.#answers.filter((each) => each !== answer);
    if (ended) ledger.ended(ended);
    // Whoever may not end it has been fenced.
    else expect((await this.#insist(() => engines.turns.read(turn)))?.epoch).toBeGreaterThan(turn.epoch);
  }

  async #attend(): Promise<void> {
    const {
      engines: { conversations },
      nodeId,
      conversationId,
      choices,
      ledger,
    } = this.#options;
    if (choices.below(2) === 0) {
      await this.#insist(() => conversations.attend(conversationId));
      ledger.attending(nodeId, true);
    } else {
      ledger.attending(nodeId, false);
      await this.#try(() => conversations.leave(conversationId));
    }
  }

  #hold(turn: Turn, text: string): void {
    this.#answers.push({ turn, text, kept: text.length });
  }

  #read() {
    const { engines, conversationId } = this.#options;
    return this.#insist(() => engines.conversations.read(conversationId));
  }

  /** Repeats a step until there is a reply. */
  async #insist<T>(step: () => Promise<T>): Promise<T> {
    for (;;) {
      const reply = await this.#try(step);
      if (reply) return reply.value;
    }
  }

  /** Null where the reply was lost. Whether the store is away is not looked at: the next step is made all the same. */
  async #try<T>(step: () => Promise<T>): Promise<{ readonly value: T } | null> {
    try {
      return { value: await step() };
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      await this.#options.link.probe(async () => {});
      return null;
    }
  }
}

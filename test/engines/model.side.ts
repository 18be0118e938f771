import { TidegateError } from "../../src/contract/errors.ts";
import type { Asked, Conversation } from "../../src/domain/conversations.ts";
import type { Started, Turn, TurnRef } from "../../src/domain/turns.ts";
import type { OnTurn, Wish } from "./model.wishes.ts";
import { caller, type EngineWorld } from "./world.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyz";

/** What a try would write from `offset` on: each place has its character, another one in each epoch. */
function pieceOf(epoch: number, offset: number, chars: number): string {
  return Array.from({ length: chars }, (_, i) => alphabet[(offset + i + 5 * epoch) % alphabet.length]).join("");
}

/** One of the worlds to which the same wishes are put. It gives what can be compared with another. */
export class Side {
  readonly #world: EngineWorld;
  readonly #conversationIds = new Map<number, string>();
  readonly #labels = new Map<string, string>();
  readonly #turnIds = new Map<number, string[]>();
  /** As last seen. */
  readonly #turns = new Map<string, Turn>();

  constructor(world: EngineWorld) {
    this.#world = world;
  }

  /** @param at the place of the wish in its list, of which ids are made that both sides use */
  async fulfil(wish: Wish, at: number): Promise<unknown> {
    try {
      return this.#comparable(await this.#do(wish, at));
    } catch (fault) {
      if (!(fault instanceof TidegateError)) throw fault;
      return { fault: fault.code };
    }
  }

  async #do(wish: Wish, at: number): Promise<unknown> {
    const { conversations, turns } = this.#world;
    const { who } = wish;
    const conversationId = this.#conversationIds.get(who) ?? "nowhere";
    switch (wish.kind) {
      case "open":
        return this.#opened(who, await conversations.open(caller(`customer${who}`)));
      case "read":
        return this.#whole(await conversations.read(conversationId));
      case "attend":
        return this.#whole(await conversations.attend(conversationId));
      case "leave":
        return conversations.leave(conversationId);
      case "rate":
        return conversations.rate(conversationId, 1 + (at % 5), at % 2 === 0 ? "fine" : undefined);
      case "start":
        return this.#begun(await turns.start(conversationId));
      case "pass":
        return this.#world.pass(wish.share * this.#world.lifeMs);
      case "ask": {
        const { messageId, text, begins } = wish;
        const page = wish.page ? { url: `https://shop.example/${at}`, title: "Tent" } : undefined;
        const question = { messageId, text, page, turnId: `t${at}`, begins };
        return this.#asked(who, await conversations.ask(conversationId, question));
      }
      default:
        return this.#onTurn(
          wish,
          { conversationId, turnId: this.#turnIds.get(who)?.at(-1 - wish.turn) ?? "nothing" },
          at,
        );
    }
  }

  async #onTurn(wish: OnTurn, ref: TurnRef, at: number): Promise<unknown> {
    const { conversations, turns, log } = this.#world;
    const known = this.#turns.get(ref.turnId);
    const epoch = (known?.epoch ?? 0) - ("behind" in wish ? wish.behind : 0);
    switch (wish.kind) {
      case "read-turn":
        return turns.read(ref);
      case "read-log":
        return known?.state === "starting" ? log.read(known) : "";
      case "raise":
        return this.#seen(await turns.raise(ref, epoch, wish.offset));
      case "write":
        return log.write(ref, epoch, wish.offset, pieceOf(epoch, wish.offset, 1 + (at % 6)));
      case "end": {
        const messageId = `${wish.answer}-${ref.turnId}`;
        return this.#seen(await turns.end(ref, epoch, { outcome: "completed", text: wish.text, messageId }));
      }
      case "rate-message":
        return conversations.rateMessage(ref.conversationId, `${wish.answer}-${ref.turnId}`, wish.value);
      default:
        return wish satisfies never;
    }
  }

  async #opened(who: number, conversation: Conversation): Promise<unknown> {
    this.#conversationIds.set(who, conversation.conversationId);
    return this.#whole(conversation);
  }

  async #asked(who: number, asked: Asked): Promise<unknown> {
    const own = this.#turnIds.get(who) ?? [];
    if (asked.turnId !== null && !own.includes(asked.turnId)) this.#turnIds.set(who, [...own, asked.turnId]);
    return asked.started ? { ...asked, started: await this.#begun(asked.started) } : asked;
  }

  async #begun(started: Started | null): Promise<unknown> {
    return started && { turn: this.#seen(started.turn), conversation: await this.#whole(started.conversation) };
  }

  #seen(turn: Turn | null): Turn | null {
    if (turn) this.#turns.set(turn.turnId, turn);
    return turn;
  }

  /** The memory engine leaves out what was logged, because in its world the writer is never elsewhere. */
  async #whole(conversation: Conversation | null): Promise<unknown> {
    if (conversation === null) return null;
    const { running, logged } = conversation;
    return { ...conversation, logged: logged || (running && (await this.#world.log.read(running))) || "" };
  }

  /** Without times and owners; an id that was made up is named by when it was first seen. */
  #comparable(result: unknown): unknown {
    const label = (id: string) => {
      this.#labels.set(id, this.#labels.get(id) ?? `conversation ${this.#labels.size}`);
      return this.#labels.get(id);
    };
    const plain = JSON.stringify({ result }, (name, value) => {
      if (name === "at" || name === "askedAt" || name === "owner") return undefined;
      if (name === "conversationId") return label(value);
      return value;
    });
    return JSON.parse(plain).result;
  }
}

import type { Message } from "../contract/shapes.ts";
import { Answer } from "./answer.ts";
import type { Audience } from "./audience.ts";
import type { Clock } from "./clock.ts";
import type { Conversation } from "./conversations.ts";
import { EarlyNews, type Told } from "./early.ts";
import type { CallState } from "./findings.ts";
import { Latest } from "./latest.ts";
import { Outage } from "./outage.ts";
import { conversationOf, type PeerMessage, type Peers } from "./peers.ts";
import type { Step, TurnEnded } from "./steps.ts";
import { sharedChars, type Turn, type TurnRef, type Turns } from "./turns.ts";

/** An answer that another node writes, as far as it is known here. */
interface Mirror {
  readonly answer: Answer;
  /** Empty for one that this node wrote itself and lost, until its new owner is known. */
  owner: string;
  /** When its owner was heard of last, and asked last. */
  heardAt: number;
  askedAt: number;
}

export interface MirrorsOptions {
  readonly peers: Peers;
  readonly turns: Turns;
  readonly audience: Audience;
  readonly clock: Clock;
  /** The answer of a turn that this node writes itself. */
  readonly written: (turnId: string) => Answer | undefined;
  /** Another node has taken that turn further: this one has to give it up (S4). */
  readonly overruled: (turnId: string) => void;
  /** That node, which is another one, lives, or it cannot be told. */
  readonly mayLive: (nodeId: string) => boolean;
  /** The owner of that turn is no more and nobody has found out: whoever looks at its answer sees to it (N2). */
  readonly ownerless: (turn: Turn) => Promise<void>;
  /** A node told of a conversation at which nobody here looks. */
  readonly unwanted: (conversationId: string) => void;
  readonly onFault: (fault: unknown, conversationId: string) => void;
}

/** Silence after which the store is asked what has become of an answer. */
export const silenceMs = 1_500;
/** Between two questions to the owner for the same answer. */
const askAgainMs = 200;
/** Answers of which it is kept that they are over: longer than an owner may be asleep and not know. */
const mostOver = 5_000;

type MessageOf<Kind extends PeerMessage["kind"]> = Extract<PeerMessage, { kind: Kind }>;

/**
 * Shows here what other nodes write. Whoever looks at a mirrored answer on this node sees what a viewer at its owner sees.
 *
 * - **S3, S4** A mirror is put together as a page puts an answer together: by offset, fenced by epoch; what is missing is
 *   asked for.
 * - **S7** What is told between the moment at which a node asks to be told and the moment at which somebody looks there is
 *   kept until then.
 * - **S5** An end that was never heard is found in the store: silence is a reason to look.
 */
export class Mirrors {
  readonly #options: MirrorsOptions;
  readonly #mirrors = new Map<string, Mirror>();
  /** Turns that have ended lately, as everybody here was told, with their last epochs. */
  readonly #over = new Latest<string, number>(mostOver);
  readonly #early: EarlyNews;

  constructor(options: MirrorsOptions) {
    this.#options = options;
    this.#early = new EarlyNews(options.clock);
  }

  live(turnId: string): Answer | undefined {
    return this.#mirrors.get(turnId)?.answer;
  }

  /**
   * Shows a turn that another node answers, beginning with the text that is known of it. Whoever looks already, and knows
   * the turn under an older epoch or not at all, is told; who comes later is given the text so far.
   */
  follow(turn: Turn, text: string): void {
    if (turn.owner === undefined || turn.state === "ended" || this.#isOver(turn.turnId, turn.epoch)) return;
    // What was read a moment ago may be older than what this node does.
    if (!this.#givesUp(turn.turnId, turn.epoch)) return;
    const known = this.#mirrors.get(turn.turnId);
    if (known && known.answer.epoch >= turn.epoch) return this.#ask(known);
    const answer = new Answer(turn, known?.answer.model ?? "unknown", longer(text, known && sharedText(known, turn)));
    const mirror = this.#reflect(answer, turn.owner);
    const { audience } = this.#options;
    const offset = Math.min(turn.starts.at(-1)?.offset ?? 0, answer.text.length);
    if (audience.isWatched(turn.conversationId)) this.#retell(answer, offset);
    else audience.follow(answer);
    this.#ask(mirror);
  }

  /**
   * A conversation was read that somebody is to be given: an answer that has ended in it is over here from now on, so that
   * nobody is shown a piece of it after its end.
   *
   * @param since where those who look here may have missed what was told from then on, in epoch milliseconds: they are told
   * of ends of which this node has heard nothing, too
   */
  read({ conversationId, messages }: Pick<Conversation, "conversationId" | "messages">, since?: number): void {
    for (const message of messages) {
      const { author, turnId, at } = message;
      if (author !== "assistant" || turnId === undefined) continue;
      const mirror = this.#mirrors.get(turnId);
      const isMissed = since !== undefined && at >= since && !this.#over.has(turnId);
      // Nobody here was told of a beginning that nothing was heard of.
      if (mirror || isMissed) this.#ended(endOf({ conversationId, turnId, epoch: mirror?.answer.epoch ?? 0 }, message));
      // It is stored: whoever goes on with it does not know.
      if (isMissed) this.#over.set(turnId, Number.POSITIVE_INFINITY);
    }
  }

  /**
   * Another node's answer was ended by this one, and everybody here is told so; or this node's own is another's from now
   * on, who may not know that somebody looks at it here.
   */
  step(step: Step): void {
    if (step.kind === "turn-ended") this.#finish(step.ref.turnId, step.epoch);
    if (step.kind === "turn-lost") this.#lost(step.answer);
  }

  /** This node writes the answer itself from now on, or nobody here looks at it. */
  release(turnId: string): void {
    const mirror = this.#mirrors.get(turnId);
    this.#mirrors.delete(turnId);
    if (mirror) this.#options.audience.step({ kind: "turn-lost", answer: mirror.answer });
  }

  /** Nobody here looks at the conversation. */
  releaseAll(conversationId: string): void {
    for (const [turnId, { answer }] of this.#mirrors) {
      if (answer.ref.conversationId === conversationId) this.release(turnId);
    }
  }

  /**
   * Somebody here looks at the conversation now, and was given it as it is: what was told of it a moment ago is told again,
   * unless it is over by now.
   */
  seated({ conversationId, messages }: Pick<Conversation, "conversationId" | "messages">): void {
    const news = this.#early.take(conversationId);
    if (news.length === 0) return;
    const answers = messages.filter(({ author }) => author === "assistant");
    const given = new Set([...messages.map(nameOf), ...answers.map(({ turnId }) => turnId)]);
    for (const { from, told } of news) if (!given.has(subjectOf(told))) this.hear(from, told);
  }

  /** What another node says about an answer that it writes. */
  hear(from: string, message: Told | MessageOf<"absent">): void {
    if (message.kind === "absent") return void this.#lookUp(message.ref.turnId);
    if (message.kind !== "added" && !this.#yields(message)) return;
    if (message.kind !== "added" && message.kind !== "ended") this.#doubt(message.ref.turnId, epochOf(message));
    const conversationId = conversationOf(message);
    if (!this.#options.audience.isWatched(conversationId)) {
      return this.#early.keep(conversationId, { from, told: message });
    }
    switch (message.kind) {
      case "started":
        return this.#started(from, message);
      case "slice":
        return this.#sliced(from, message);
      case "text":
        return this.#text(from, message);
      case "activity":
        return this.#activity(from, message);
      case "ended":
        return this.#ended(message.end);
      case "added":
        return this.#options.audience.step({ kind: "message-added", conversationId, message: message.message });
      default:
        message satisfies never;
    }
  }

  /** Looks after answers that nothing was heard of: call every second. */
  patrol(): void {
    const now = this.#options.clock.elapsed();
    for (const [turnId, { heardAt }] of this.#mirrors) if (now - heardAt >= silenceMs) void this.#lookUp(turnId);
    for (const { conversationId, tellers } of this.#early.takeStale()) {
      for (const from of tellers) this.#notWanted(from, conversationId);
    }
  }

  /** What is said of a turn that this node writes is stale, or it has been overruled. */
  #yields(message: Exclude<Told, { kind: "added" }>): boolean {
    const epoch = message.kind === "ended" ? message.end.epoch : epochOf(message);
    if (this.#isOver(message.kind === "ended" ? message.end.ref.turnId : message.ref.turnId, epoch)) return false;
    // Under its own epoch it can only be told that it was ended.
    if (message.kind === "ended") return this.#givesUp(message.end.ref.turnId, message.end.epoch + 1);
    return this.#givesUp(message.ref.turnId, epoch);
  }

  /** An owner whose last step was made without its knowledge goes on for a moment. */
  #isOver(turnId: string, epoch: number): boolean {
    return epoch <= (this.#over.get(turnId) ?? -1);
  }

  #finish(turnId: string, epoch: number): void {
    this.#mirrors.delete(turnId);
    this.#over.set(turnId, epoch);
  }

  /** True unless this node writes that turn itself, under that epoch or a later one. */
  #givesUp(turnId: string, epoch: number): boolean {
    const own = this.#options.written(turnId);
    if (own === undefined) return true;
    if (own.epoch >= epoch) return false;
    this.#options.overruled(turnId);
    return true;
  }

  #lost(answer: Answer): void {
    const { conversationId, turnId } = answer.ref;
    if (this.#mirrors.has(turnId) || this.#isOver(turnId, answer.epoch)) return;
    if (!this.#options.audience.isWatched(conversationId)) return;
    this.#reflect(answer, "");
    void this.#lookUp(turnId);
  }

  /** Two have written it under one epoch, each for itself: what this node wrote is worth nothing. */
  #doubt(turnId: string, epoch: number): void {
    const mirror = this.#mirrors.get(turnId);
    if (mirror?.owner === "" && epoch <= mirror.answer.epoch) this.#mirrors.delete(turnId);
  }

  #reflect(answer: Answer, owner: string): Mirror {
    const mirror = { answer, owner, heardAt: this.#options.clock.elapsed(), askedAt: Number.NEGATIVE_INFINITY };
    this.#mirrors.set(answer.ref.turnId, mirror);
    return mirror;
  }

  #heard(mirror: Mirror, from: string): void {
    mirror.heardAt = this.#options.clock.elapsed();
    mirror.owner = from;
  }

  #notWanted(from: string, conversationId: string): void {
    this.#options.peers.send(from, { kind: "unwanted", conversationId });
    this.#options.unwanted(conversationId);
  }

  #started(from: string, { ref, starts, model, activities }: MessageOf<"started">): void {
    const start = starts.at(-1);
    if (start === undefined) return;
    const known = this.#mirrors.get(ref.turnId);
    if (known && known.answer.epoch >= start.epoch) return;
    const text = known?.answer.text ?? "";
    const shared = known ? sharedChars(starts, known.answer.epoch, text.length) : 0;
    if (shared < start.offset) return this.#want(from, ref, known);
    const answer = known?.answer ?? new Answer(turnFrom(ref, starts), model);
    answer.model = model;
    answer.overwrite(starts, start.offset, "");
    answer.retell(activities);
    this.#reflect(answer, from);
    this.#options.audience.step({ kind: "turn-started", answer, offset: start.offset });
  }

  #sliced(from: string, { ref, starts, model, offset, text, activities }: MessageOf<"slice">): void {
    const known = this.#mirrors.get(ref.turnId);
    const start = starts.at(-1);
    if (start === undefined || (known && known.answer.epoch > start.epoch)) return;
    if (known) this.#heard(known, from);
    const length = known?.answer.text.length ?? 0;
    if (offset > length) return this.#want(from, ref, known);
    const answer = known?.answer ?? new Answer(turnFrom(ref, []), model);
    answer.model = model;
    const isSame = answer.epoch === start.epoch;
    if (!isSame || offset + text.length > length) {
      answer.overwrite(starts, offset, text);
      this.#reflect(answer, from);
    }
    if (isSame) return this.#goOn(answer, length, activities);
    answer.retell(activities);
    this.#retell(answer, Math.min(offset, start.offset));
  }

  /** Shows what of an answer is new here: its text from `length` on, and what is looked up for it. */
  #goOn(answer: Answer, length: number, activities: readonly CallState[] = []): void {
    const { audience } = this.#options;
    if (answer.text.length > length) audience.text(answer, answer.text.slice(length));
    for (const activity of activities.slice(answer.activities.length)) {
      answer.activities.push(activity);
      audience.step({ kind: "turn-activity", answer, activity });
    }
  }

  #activity(from: string, { ref, epoch, at, activity }: MessageOf<"activity">): void {
    const mirror = this.#mirrors.get(ref.turnId);
    if (mirror === undefined) return this.#want(from, ref, undefined);
    const { answer } = mirror;
    if (epoch < answer.epoch) return;
    this.#heard(mirror, from);
    const known = answer.activities.length;
    if (epoch > answer.epoch || at > known || activity.offset > answer.text.length)
      return this.#want(from, ref, mirror);
    if (at === known) this.#goOn(answer, answer.text.length, [...answer.activities, activity]);
  }

  #text(from: string, { ref, epoch, offset, text, told = 0 }: MessageOf<"text">): void {
    const mirror = this.#mirrors.get(ref.turnId);
    if (mirror === undefined) return this.#want(from, ref, undefined);
    const { answer } = mirror;
    if (epoch < answer.epoch) return;
    this.#heard(mirror, from);
    const known = answer.text.length;
    if (epoch > answer.epoch || offset > known) return this.#want(from, ref, mirror);
    const piece = text.slice(known - offset);
    if (piece === "") return;
    answer.append(piece);
    this.#options.audience.text(answer, piece);
    if (told > answer.activities.length) this.#ask(mirror);
  }

  #ended(end: TurnEnded): void {
    const known = this.#mirrors.get(end.ref.turnId);
    if (known && known.answer.epoch > end.epoch) return;
    if (known?.answer.epoch === end.epoch) this.#complete(known.answer, end.message.text);
    this.#finish(end.ref.turnId, end.epoch);
    this.#options.audience.step({ kind: "turn-ended", ...end, model: undefined, report: noReport });
  }

  /** The last piece may have got lost: whoever reads along is shown it before the end (S2). */
  #complete(answer: Answer, whole: string): void {
    const rest = whole.slice(answer.text.length);
    if (rest === "" || !whole.startsWith(answer.text)) return;
    answer.append(rest);
    this.#options.audience.text(answer, rest);
  }

  /** Everybody here is told that the answer goes on from `offset`, and the text from there. */
  #retell(answer: Answer, offset: number): void {
    this.#options.audience.step({ kind: "turn-started", answer, offset });
  }

  /** Asks for what is missing. An answer of which nothing is known is looked after from here on: its end may get lost. */
  #want(from: string, ref: TurnRef, known: Mirror | undefined): void {
    this.#ask(known ?? this.#reflect(new Answer(turnFrom(ref, []), "unknown"), from));
  }

  #ask(mirror: Mirror): void {
    const now = this.#options.clock.elapsed();
    if (now - mirror.askedAt < askAgainMs) return;
    mirror.askedAt = now;
    const { ref, epoch, text } = mirror.answer;
    this.#options.peers.send(mirror.owner, { kind: "wanted", ref, epoch, offset: text.length });
  }

  async #lookUp(turnId: string): Promise<void> {
    const mirror = this.#mirrors.get(turnId);
    if (mirror === undefined) return;
    mirror.heardAt = this.#options.clock.elapsed();
    const { ref } = mirror.answer;
    try {
      const turn = await this.#options.turns.read(ref);
      if (this.#mirrors.get(turnId) !== mirror) return;
      if (turn === null) return this.release(turnId);
      if (turn.answer) return this.#ended(endOf(turn, turn.answer));
      this.#doubt(turnId, turn.epoch);
      const current = this.#mirrors.get(turnId) ?? this.#reflect(new Answer(turnFrom(ref, []), "unknown"), "");
      current.owner = turn.owner ?? current.owner;
      if (!this.#options.mayLive(current.owner)) return await this.#options.ownerless(turn);
      this.#ask(current);
    } catch (fault) {
      if (!(fault instanceof Outage)) this.#options.onFault(fault, ref.conversationId);
    }
  }
}

const noReport = { firstTextMs: null, totalMs: 0, attempts: 0 };

function turnFrom(ref: TurnRef, starts: Turn["starts"]): Turn {
  return { ...ref, state: "starting", epoch: starts.at(-1)?.epoch ?? 0, starts, askedAt: 0 };
}

/** What is known of an answer under an earlier epoch and still holds. */
function sharedText({ answer: { text, epoch } }: Mirror, { starts }: Turn): string {
  return text.slice(0, sharedChars(starts, epoch, text.length));
}

/** The log is a moment behind what was heard. */
function longer(text: string, other = ""): string {
  return other.length > text.length ? other : text;
}

/** The message, or the turn, that is told of. */
function subjectOf(told: Told): string {
  if (told.kind === "added") return nameOf(told.message);
  return told.kind === "ended" ? told.end.ref.turnId : told.ref.turnId;
}

/** A question that is handed back unanswered is told again, as of another turn. */
const nameOf = ({ messageId, turnId = "" }: Message): string => `${messageId} ${turnId}`;

function epochOf(message: Exclude<Told, { kind: "added" | "ended" }>): number {
  return "epoch" in message ? message.epoch : (message.starts.at(-1)?.epoch ?? 0);
}

/** The end of a turn as the store has it. */
export function endOf(turn: TurnRef & Pick<Turn, "epoch">, message: NonNullable<Turn["answer"]>): TurnEnded {
  const { conversationId, turnId, epoch } = turn;
  const { outcome = "completed", error } = message;
  // CAST: the schema's optional fields allow `undefined`, which JSON cannot carry.
  return { ref: { conversationId, turnId }, epoch, outcome, message, error: error as TurnEnded["error"] };
}

import { TidegateError } from "../contract/errors.ts";
import type { Message, Note, Notice } from "../contract/shapes.ts";
import type { Assistant } from "./assistant.ts";
import type { Clock } from "./clock.ts";
import type { Asked, Conversation, Conversations, Question } from "./conversations.ts";
import type { CareRow } from "./desk.ts";
import { Outage } from "./outage.ts";
import { questionsOf } from "./questions.ts";
import { type Handed, type Handing, handsOf, type Responder, type Responders } from "./responders.ts";
import { type Listener, questionAdded } from "./steps.ts";
import { handedAt } from "./tidings.ts";

/** An agent, as a verified token says. */
export interface AgentCaller {
  readonly agentId: string;
  readonly name: string;
}

export interface HandoffOptions {
  readonly responders: Responders;
  readonly conversations: Conversations;
  readonly assistant: Pick<Assistant, "interrupt" | "serve">;
  readonly listener: Listener;
  /** Lists in whose hands a conversation is; must not reject. */
  readonly list: (row: CareRow) => void;
  /** Tells agents who look at a conversation, on all nodes, of a note. */
  readonly noted: (conversationId: string, note: Note) => void;
  /** The agents who take conversations at the moment, on all nodes. */
  readonly available: () => Promise<readonly AgentCaller[]>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What the system says of a change to clients that have no words of their own for it. */
const sentences: Readonly<Record<Notice["kind"], (name: string) => string>> = {
  "person-requested": () => "A person of our team has been asked to join.",
  "person-cancelled": () => "The wish for a person has been taken back.",
  "message-left": () => "A message was left for the team.",
  "agents-away": () => "Nobody of our team is here right now. You can leave a message.",
  "agent-joined": (name) => `${name} has joined.`,
  "agent-left": (name) => `${name} has handed back to the AI assistant.`,
  "agent-transferred": (name) => `${name} has taken over.`,
  "agent-lost": (name) => `${name} is not there any more.`,
  resolved: () => "The matter has been closed.",
};

/** A change of which it is not known whether it was made is looked for so often. */
const lookAgainMs = 500;
const mostLooks = 240;

/** So often what is being cut is waited for, before a conversation is handed back. */
const mostSilencings = 3;

/** So often within so long the assistant may ask for a person by itself. */
const mostSought = 2;
const guardMs = 600_000;

const assistantAgain: Responder = { kind: "assistant" };
const nobodyYet: Responder = { kind: "nobody" };

/**
 * Moves conversations between the assistant and people.
 *
 * - **H1** When {@link take} resolves, the assistant's answer is stored as interrupted and nobody is sent a character of it.
 * - **H2** Who takes second is told who was first.
 * - **H3** What the agent noted goes back with the conversation, and what nobody has answered is the assistant's to answer.
 * - **H4** Each change is a message of the system in the thread.
 */
export class Handoff {
  readonly #options: HandoffOptions;
  /** Conversations in which the assistant falls silent at this moment: whoever speaks there waits for it, too. */
  readonly #silencing = new Map<string, Promise<unknown>>();

  constructor(options: HandoffOptions) {
    this.#options = options;
  }

  /**
   * Makes that agent the responder; again, for whoever is it already, changes nothing.
   *
   * @returns the epoch of the answer that was interrupted; 0 where none was being written
   * @throws {TidegateError} `taken` with the other agent's name, `not-found`
   */
  async take(agent: AgentCaller, conversationId: string): Promise<number> {
    const to: Responder = { kind: "agent", ...agent };
    const handed = await this.#hand(conversationId, {
      from: ["assistant", "nobody"],
      to,
      wish: null,
      notice: this.#notice("agent-joined", agent.name),
    });
    if (handed.kind === "refused" && handsOf(handed.responder) !== handsOf(to)) throw takenBy(handed.responder);
    const conversation =
      handed.kind === "handed" ? handed.conversation : await this.#options.conversations.read(conversationId);
    return this.#silence(conversation);
  }

  /**
   * Tells the customer something; takes over first where that is needed.
   *
   * @throws {TidegateError} `taken`, `message-conflict`, `not-found`
   */
  async say(agent: AgentCaller, conversationId: string, messageId: string, text: string): Promise<Message> {
    const words = { messageId, text, name: agent.name };
    let said = await this.#options.responders.say(conversationId, agent.agentId, words);
    if (said.kind === "refused") {
      await this.take(agent, conversationId);
      said = await this.#options.responders.say(conversationId, agent.agentId, words);
    }
    if (said.kind === "gone") throw new TidegateError("not-found");
    if (said.kind === "conflict") throw new TidegateError("message-conflict");
    if (said.kind === "refused") throw takenBy(said.responder);
    // Whoever takes over at this moment, at whichever node, has not silenced the assistant yet.
    await this.#silence(await this.#options.conversations.read(conversationId));
    const { message, repeated } = said;
    // Also where it was said before.
    this.#options.listener.step({ kind: "message-added", conversationId, message, repeated });
    return message;
  }

  /** @throws {TidegateError} `not-responder`, `not-found` */
  async giveBack(agent: AgentCaller, conversationId: string, note?: string): Promise<void> {
    await this.#must(conversationId, {
      from: [`agent:${agent.agentId}`],
      to: assistantAgain,
      wish: null,
      notice: this.#notice("agent-left", agent.name),
      note: this.#note("handback", agent, note),
      reopen: this.#options.newId(),
    });
  }

  /** @throws {TidegateError} `agents-away` when the other one is not there, `not-responder`, `not-found` */
  async transfer(agent: AgentCaller, conversationId: string, toId: string, note?: string): Promise<void> {
    const to = (await this.#options.available()).find(({ agentId }) => agentId === toId);
    if (to === undefined) throw new TidegateError("agents-away");
    const handed = await this.#must(conversationId, {
      from: [`agent:${agent.agentId}`],
      to: { kind: "agent", agentId: to.agentId, name: to.name },
      wish: null,
      notice: this.#notice("agent-transferred", to.name),
      note: this.#note("note", agent, note),
    });
    await this.#silence(handed);
  }

  /** @throws {TidegateError} `taken` while another agent is the responder, `not-found` */
  async resolve(
    agent: AgentCaller,
    conversationId: string,
    tags: readonly string[] = [],
    note?: string,
  ): Promise<void> {
    const said = [...tags.map((tag) => `#${tag}`), note ?? ""].join(" ").trim();
    await this.#must(conversationId, {
      from: [`agent:${agent.agentId}`, "assistant", "nobody"],
      to: assistantAgain,
      wish: null,
      notice: this.#notice("resolved", agent.name),
      note: this.#note("note", agent, said),
    });
  }

  /**
   * The customer asks for a person: the assistant is silent from now on. Asking again changes nothing.
   *
   * @param leave a message for the team, should nobody be there
   * @throws {TidegateError} `agents-away` when nobody is there and no message is left, `not-found`
   */
  async request(
    conversationId: string,
    { reason, leave }: { reason?: string | undefined; leave?: string | undefined },
  ) {
    const since = this.#options.clock.now();
    if ((await this.#options.available()).length === 0) {
      if (leave === undefined) throw new TidegateError("agents-away");
      return this.#leave(conversationId, { since, reason: leave });
    }
    const handed = await this.#hand(conversationId, {
      from: ["assistant"],
      to: nobodyYet,
      wish: { since, reason: leave ?? reason },
      notice: this.#notice("person-requested"),
    });
    // Somebody else may have asked, or taken over, just now, and the assistant is not silent yet.
    const isChanged = handed.kind === "handed";
    await this.#silence(isChanged ? handed.conversation : await this.#options.conversations.read(conversationId));
  }

  /**
   * The assistant asks for a person by itself: not when it has just been handed back, again and again.
   *
   * @throws {TidegateError} `not-found`
   */
  async seek(conversationId: string, reason: string): Promise<"requested" | "away" | "too-often"> {
    const conversation = await this.#options.conversations.read(conversationId);
    if (conversation === null) throw new TidegateError("not-found");
    const since = this.#options.clock.now() - guardMs;
    const lately = conversation.messages.filter(({ notice, at }) => at > since && notice?.kind === "person-requested");
    if (lately.length >= mostSought) return "too-often";
    try {
      await this.request(conversationId, { reason });
      return "requested";
    } catch (fault) {
      if (fault instanceof TidegateError && fault.code === "agents-away") return "away";
      throw fault;
    }
  }

  /**
   * Takes a message that asks for a person in so many words. Where nobody is there the customer is told so, and the
   * assistant answers it like any other.
   *
   * @throws {TidegateError} `not-found`, `message-conflict`
   */
  async asked(conversationId: string, question: Question): Promise<Asked> {
    const { conversations, listener } = this.#options;
    const asked = await conversations.ask(conversationId, { ...question, opensNoTurn: true });
    listener.step(questionAdded(conversationId, asked, question.arrival));
    if (asked.repeated) return asked;
    try {
      await this.request(conversationId, { reason: question.text });
    } catch (fault) {
      if (!(fault instanceof TidegateError) || fault.code !== "agents-away") throw fault;
      const change = {
        from: ["assistant"],
        to: assistantAgain,
        wish: null,
        notice: this.#notice("agents-away"),
      } as const;
      await this.#hand(conversationId, { ...change, reopen: this.#options.newId() });
    }
    return asked;
  }

  /** The customer wishes for no person any more; nothing is changed where none was wished for. */
  async cancel(conversationId: string): Promise<void> {
    const conversation = await this.#options.conversations.read(conversationId);
    if (conversation === null) throw new TidegateError("not-found");
    if (!conversation.wish) return;
    await this.#hand(conversationId, {
      from: ["nobody", "assistant"],
      to: assistantAgain,
      wish: null,
      notice: this.#notice("person-cancelled"),
      reopen: this.#options.newId(),
    });
  }

  /** An agent has been gone for too long (H6): somebody else is sought, or the assistant goes on. */
  async lost(conversationId: string, { agentId, name }: AgentCaller): Promise<void> {
    const isAnybodyThere = (await this.#options.available()).length > 0;
    const since = this.#options.clock.now();
    await this.#hand(conversationId, {
      from: [`agent:${agentId}`],
      to: isAnybodyThere ? nobodyYet : assistantAgain,
      wish: { since, ...(!isAnybodyThere && { left: true }) },
      notice: this.#notice("agent-lost", name),
      ...(!isAnybodyThere && { reopen: this.#options.newId() }),
    });
  }

  /** A customer waits, and nobody of the team is left: the assistant goes on, and the wish stays on the desk. */
  async abandoned(conversationId: string): Promise<void> {
    const conversation = await this.#options.conversations.read(conversationId);
    const { wish } = conversation ?? {};
    if (!wish || wish.left) return;
    await this.#hand(conversationId, {
      from: ["nobody"],
      to: assistantAgain,
      wish: { ...wish, left: true },
      notice: this.#notice("message-left"),
      reopen: this.#options.newId(),
    });
  }

  async #leave(conversationId: string, wish: { since: number; reason: string }): Promise<void> {
    const notice = { ...this.#notice("message-left"), text: wish.reason };
    const change = {
      from: ["assistant", "nobody"],
      to: assistantAgain,
      wish: { ...wish, left: true },
      notice,
    } as const;
    await this.#hand(conversationId, { ...change, reopen: this.#options.newId() });
  }

  /** Gives the epoch of the answer that was being written; 0 where there was none, or the assistant is the responder. */
  async #silence(conversation: Conversation | null): Promise<number> {
    if (conversation === null) throw new TidegateError("not-found");
    const { conversationId, responder, running } = conversation;
    if (responder.kind === "assistant") return 0;
    const before = this.#silencing.get(conversationId);
    const silencing = Promise.all([before, this.#options.assistant.interrupt(conversation)]);
    this.#silencing.set(conversationId, silencing);
    await silencing.finally(() => {
      if (this.#silencing.get(conversationId) === silencing) this.#silencing.delete(conversationId);
    });
    return running?.epoch ?? 0;
  }

  /** The conversation as it stands then. */
  async #must(conversationId: string, change: Handing): Promise<Conversation> {
    const handed = await this.#hand(conversationId, change);
    if (handed.kind === "handed") return handed.conversation;
    const isOthers = change.from.includes("assistant");
    throw isOthers ? takenBy(handed.responder) : new TidegateError("not-responder");
  }

  /** Makes the change, and tells everybody of it. */
  async #hand(conversationId: string, change: Handing): Promise<Exclude<Handed, { kind: "gone" | "open" }>> {
    const { listener, list } = this.#options;
    const handed = await this.#change(conversationId, change);
    if (handed.kind === "gone") throw new TidegateError("not-found");
    if (handed.kind === "refused") return handed;
    const { conversation, message, repeated } = handed;
    listener.step({ kind: "message-added", conversationId, message, repeated });
    if (change.note && !repeated) this.#options.noted(conversationId, change.note);
    const { responder } = conversation;
    listener.step({ kind: "responder-changed", conversationId, responder, at: message.at });
    list(careOf(conversation, message.at));
    this.#serve(conversation);
    return handed;
  }

  /**
   * What was cut when somebody took over has its end before the assistant is the responder again: without one nobody knows what is
   * unanswered, and what is asked next would be cut with it (H3).
   */
  async #change(conversationId: string, change: Handing): Promise<Exclude<Handed, { kind: "open" }>> {
    for (let tries = 0; tries < mostSilencings; tries++) {
      const handed = await this.#options.responders.hand(conversationId, change).catch((fault: unknown) => {
        if (fault instanceof Outage) void this.#makeSure(conversationId, change);
        throw fault;
      });
      if (handed.kind !== "open") return handed;
      await this.#silence(handed.conversation);
    }
    throw new TidegateError("unavailable");
  }

  /** What waits there is the assistant's to answer: pages may know it as said to a person, or as asked in a turn that was cut. */
  #serve({ conversationId, responder, waiting, messages, customer }: Conversation): void {
    const { assistant, listener } = this.#options;
    if (responder.kind !== "assistant" || waiting === null) return;
    for (const message of questionsOf(messages, waiting.turnId))
      listener.step({ kind: "message-added", conversationId, message, repeated: true });
    assistant.serve(conversationId, customer?.class, undefined, waiting.turnId);
  }

  /** The store fell silent: whether the change was made is seen when it is back, and told to whoever has not heard of it. */
  async #makeSure(conversationId: string, change: Handing): Promise<void> {
    const { clock } = this.#options;
    let isUnsure = true;
    for (let tries = 0; tries < mostLooks && isUnsure; tries++) {
      await new Promise<void>((resolve) => clock.after(lookAgainMs, resolve));
      // Whatever keeps it from being told now need not do so later.
      isUnsure = await this.#lookFor(conversationId, change).then(
        () => false,
        () => true,
      );
    }
  }

  /** Asks the store, and nobody who stands in for it, by a change that nothing can come of. */
  async #lookFor(conversationId: string, change: Handing): Promise<void> {
    const { responders, conversations } = this.#options;
    const handed = await responders.hand(conversationId, { ...change, from: [] });
    const isMade = handed.kind === "handed";
    if (isMade) this.#options.listener.step({ kind: "message-added", conversationId, message: handed.message });
    const conversation = isMade ? handed.conversation : await conversations.attend(conversationId);
    if (conversation) await this.#resume(conversation);
  }

  async #resume(conversation: Conversation): Promise<void> {
    const { listener, list } = this.#options;
    const { conversationId, responder } = conversation;
    const at = handedAt(conversation);
    listener.step({ kind: "responder-changed", conversationId, responder, at });
    list(careOf(conversation, at));
    this.#serve(conversation);
    await this.#silence(conversation);
  }

  #notice(kind: Notice["kind"], name?: string): Handing["notice"] {
    const notice = { kind, ...(name !== undefined && { name }) };
    return { messageId: this.#options.newId(), text: sentences[kind](name ?? "Somebody"), notice };
  }

  #note(kind: Note["kind"], { agentId, name }: AgentCaller, text?: string): Note | undefined {
    if (!text) return undefined;
    const { clock, newId } = this.#options;
    return { noteId: newId(), kind, agentId, name, text, at: clock.now() };
  }
}

/** In whose hands a conversation is, as it is listed. */
export function careOf({ conversationId, customer, responder, wish }: Conversation, at: number): CareRow {
  return { conversationId, customer: customer ?? { class: "guest" }, responder, wish: wish ?? null, at };
}

function takenBy({ name }: Responder): TidegateError {
  return new TidegateError("taken", name === undefined ? undefined : `${name} has taken this conversation.`);
}

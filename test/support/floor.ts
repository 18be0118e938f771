import type { AgentFactName, AgentFactPayload } from "../../src/contract/events.ts";
import type { Agent, Message, Note, Page, Summary, TurnSnapshot } from "../../src/contract/shapes.ts";

/** One conversation as a scripted server knows it. */
export interface Talk {
  summary: Summary;
  messages: Message[];
  notes: Note[];
  turn: TurnSnapshot | null;
  page?: Page;
}

/** Tells everybody, or those alone who have joined the conversation that the fact names. */
export type Tell = <N extends AgentFactName>(name: N, fact: AgentFactPayload<N>) => void;

/** The conversations of a scripted server, with what becomes of them when agents act; everything is told as it happens. */
export class Floor {
  readonly talks = new Map<string, Talk>();
  readonly agents: Agent[] = [
    { agentId: "li", name: "小李", state: "available" },
    { agentId: "wang", name: "小王", state: "available" },
    { agentId: "ana", name: "Ana", state: "away" },
  ];
  readonly #tell: Tell;
  #changes = 1;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  talk(conversationId: string): Talk | undefined {
    return this.talks.get(conversationId);
  }

  agent(agentId: string): Agent {
    return this.agents.find((agent) => agent.agentId === agentId) ?? { agentId, name: agentId, state: "available" };
  }

  /** A conversation that was not there before, or whose row has changed. */
  put(conversationId: string, news: Partial<Summary> = {}, rest: Partial<Omit<Talk, "summary">> = {}): Talk {
    const known = this.talks.get(conversationId);
    const summary: Summary = {
      conversationId,
      customer: { class: "guest" },
      responder: { kind: "assistant" },
      viewers: [],
      ...known?.summary,
      ...news,
      changedAt: this.#changes++,
    };
    const talk = { messages: [], notes: [], turn: null, ...known, ...rest, summary };
    this.talks.set(conversationId, talk);
    this.#tell("inbox:changed", { conversations: [summary], gone: [] });
    return talk;
  }

  remove(conversationId: string): void {
    this.talks.delete(conversationId);
    this.#tell("inbox:changed", { conversations: [], gone: [conversationId] });
  }

  say(conversationId: string, message: Message): void {
    const { author, text, at } = message;
    const { messages } = this.put(conversationId, { last: { author, text: text.slice(0, 120), at } });
    if (messages.some(({ messageId }) => messageId === message.messageId)) return;
    messages.push(message);
    this.#tell("message:added", { conversationId, message });
  }

  note(conversationId: string, note: Note): void {
    this.talk(conversationId)?.notes.push(note);
    this.#tell("note:added", { conversationId, note });
  }

  respond(conversationId: string, agentId: string | null): void {
    const agent = agentId === null ? null : this.agent(agentId);
    const responder: Summary["responder"] = agent
      ? { kind: "agent", name: agent.name, agentId: agent.agentId }
      : { kind: "assistant" };
    const { turn } = this.put(conversationId, { responder, waitingSince: undefined, left: false });
    if (turn && agent) this.end(conversationId, "interrupted");
    const { kind, name } = responder;
    this.#tell("responder:changed", { conversationId, responder: { kind, name } });
  }

  /** The answer goes on by `text`; begun where none is running. */
  stream(conversationId: string, text: string, turnId = "turn-1"): void {
    const talk = this.talk(conversationId) ?? this.put(conversationId);
    const turn = talk.turn ?? { turnId, state: "streaming", epoch: 1, text: "", offset: 0 };
    if (!talk.turn) this.#tell("turn:started", { conversationId, turnId, epoch: 1, offset: 0, model: "m" });
    const { epoch } = turn;
    this.#tell("turn:delta", { conversationId, turnId: turn.turnId, epoch, offset: turn.text.length, text });
    turn.text += text;
    const last = { author: "assistant" as const, text: turn.text.slice(-120), at: Date.now() };
    this.put(conversationId, { turn: "streaming", last }, { turn });
  }

  end(conversationId: string, outcome: NonNullable<Message["outcome"]> = "completed"): void {
    const talk = this.talk(conversationId);
    if (!talk?.turn) return;
    const { turnId, epoch, text } = talk.turn;
    const message: Message = {
      messageId: `answer-${turnId}`,
      author: "assistant",
      text,
      at: Date.now(),
      turnId,
      outcome,
    };
    talk.messages.push(message);
    this.#tell("turn:ended", { conversationId, turnId, epoch, outcome, message });
    this.put(conversationId, { turn: undefined }, { turn: null });
  }
}

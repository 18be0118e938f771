import type { Message } from "../../src/contract/shapes.ts";
import type { Kept, Restored } from "../../src/domain/standby.ts";
import type { Turn } from "../../src/domain/turns.ts";
import type { MemoryConversation, MemoryTurn, MemoryWorld } from "../../src/engines/memory/world.ts";

/** What a store keeps of turns beside the memory engines: who writes their answers. */
export type Owners = Map<string, string>;

type Lost = Restored["lost"][number];

/** What the Redis store does to take in what a node kept, done to the memory engines: see `restore.lua`. */
export function restore(kept: Kept, world: MemoryWorld, owners: Owners, nodeId: string): Restored {
  const stored = world.ofCustomer(kept.conversation.customerId) ?? begin(kept, world);
  if (kept.conversation.page) stored.page = kept.conversation.page;
  const lost = kept.turns.flatMap((turn) => takeTurn(turn, stored, owners, nodeId) ?? []);
  clearAnswered(kept, stored);
  const merged = placeOpen(kept, stored, lost);
  append(kept, stored, world, { lost, merged });
  return { lost, merged, waits: stored.waitingTurnId !== null && stored.runningTurnId === null };
}

/** Writes a turn, unless the store knows better: then it gives the last epoch that is void. */
function takeTurn(turn: Turn, stored: MemoryConversation, owners: Owners, nodeId: string): Lost | null {
  const { turnId } = turn;
  const known = stored.turns.get(turnId);
  const isOthers =
    known?.epoch === turn.epoch && turn.state === "starting" && owners.get(turnId) !== ownerOf(turn, nodeId);
  if (isOthers && known?.state !== "ended") return { turnId, epoch: turn.epoch };
  if (isTaken(stored, known, turn)) return { turnId, epoch: lastVoid(known) ?? turn.epoch };
  stored.turns.set(turnId, memoryTurn(turn));
  const owner = ownerOf(turn, nodeId);
  if (owner !== undefined) owners.set(turnId, owner);
  if (turn.state !== "queued") clear(stored, turnId);
  return null;
}

/** A turn that was begun in custody is its node's. */
function ownerOf({ owner, epoch }: Turn, nodeId: string): string | undefined {
  return owner ?? (epoch > 0 ? nodeId : undefined);
}

/** A turn whose answer is among the messages runs and waits no more. */
function clearAnswered({ conversation, turns }: Kept, stored: MemoryConversation): void {
  const given = new Set(turns.map(({ turnId }) => turnId));
  for (const { author, turnId = "" } of conversation.messages) {
    if (author === "assistant" && !given.has(turnId)) clear(stored, turnId);
  }
}

function begin({ conversation }: Kept, world: MemoryWorld): MemoryConversation {
  const { conversationId, customerId, responder, page } = conversation;
  const begun: MemoryConversation = {
    conversationId,
    customerId,
    responder,
    messages: [],
    turns: new Map(),
    runningTurnId: null,
    waitingTurnId: null,
    page,
    touchedAt: world.options.clock.now(),
  };
  world.add(begun);
  return begun;
}

/** The store knows better. */
function isTaken(stored: MemoryConversation, known: MemoryTurn | undefined, turn: Turn): boolean {
  if (known === undefined) return turn.state !== "ended" && stored.messages.some((said) => isAnswer(said, turn.turnId));
  const isOver = known.state === "ended" && known.answer?.messageId !== turn.answer?.messageId;
  return known.epoch > turn.epoch || (known.epoch === turn.epoch && isOver);
}

function lastVoid(known: MemoryTurn | undefined): number | undefined {
  return known && (known.state === "ended" ? known.epoch : known.epoch - 1);
}

/** Gives the waiting turn that became part of another one. */
function placeOpen({ conversation }: Kept, stored: MemoryConversation, lost: readonly Lost[]): string[] {
  const isLost = (turnId: string) => lost.some((each) => each.turnId === turnId);
  const { running, waiting } = conversation;
  if (running && !isLost(running.turnId)) stored.runningTurnId ??= running.turnId;
  if (waiting === null || isLost(waiting.turnId)) return [];
  stored.waitingTurnId ??= waiting.turnId;
  return stored.waitingTurnId === waiting.turnId ? [] : [waiting.turnId];
}

function append(
  { conversation }: Kept,
  stored: MemoryConversation,
  world: MemoryWorld,
  what: Omit<Restored, "waits">,
): void {
  const lost = new Set(what.lost.map(({ turnId }) => turnId));
  for (const message of conversation.messages) {
    const { messageId, author, turnId = "" } = message;
    const answered = author === "assistant" ? turnId : "";
    const known = stored.messages.findIndex((said) => said.messageId === messageId);
    const isKnown = known >= 0;
    const said = stored.messages[known];
    if (said && said.at > message.at) stored.messages[known] = { ...said, at: message.at };
    const joins = stored.waitingTurnId !== null && what.merged.includes(turnId);
    const joined = joins ? { ...message, turnId: stored.waitingTurnId ?? turnId } : message;
    if (!isKnown && !lost.has(answered)) world.append(stored, joined);
  }
}

function clear(stored: MemoryConversation, turnId: string): void {
  if (stored.runningTurnId === turnId) stored.runningTurnId = null;
  if (stored.waitingTurnId === turnId) stored.waitingTurnId = null;
}

function isAnswer(message: Message, turnId: string): boolean {
  return message.author === "assistant" && message.turnId === turnId;
}

function memoryTurn({ turnId, state, epoch, starts, askedAt, answer }: Turn): MemoryTurn {
  const stored = state === "streaming" ? "starting" : state;
  return { turnId, state: stored, epoch, starts, askedAt, ...(answer && { answer }) };
}

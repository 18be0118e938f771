import { Assistant, type AssistantOptions } from "../../src/domain/assistant.ts";
import { Caretaker } from "../../src/domain/caretaker.ts";
import { LogKeeper } from "../../src/domain/log-keeper.ts";
import { type Step, tellAll } from "../../src/domain/steps.ts";
import type { Turn } from "../../src/domain/turns.ts";
import type { VirtualClock } from "../support/virtual-clock.ts";
import { deskOf } from "./desk.ts";
import { ScriptedRelay } from "./scripted-relay.ts";
import { type SharedStore, StoreSide } from "./shared-store.ts";

export interface WorkerOptions {
  readonly nodeId: string;
  readonly store: SharedStore;
  readonly clock: VirtualClock;
  readonly parts?: Partial<AssistantOptions>;
}

/** A node as far as it answers: its assistant, the log of what that writes, and its care for the work of the dead. */
export class Worker {
  readonly nodeId: string;
  readonly side: StoreSide;
  readonly relay = new ScriptedRelay();
  readonly assistant: Assistant;
  readonly logKeeper: LogKeeper;
  readonly caretaker: Caretaker;
  readonly steps: Step[] = [];
  readonly faults: unknown[] = [];
  readonly adopted: string[] = [];

  constructor({ nodeId, store, clock, parts }: WorkerOptions) {
    this.nodeId = nodeId;
    this.side = new StoreSide(store, () => nodeId);
    const { conversations, turns, log, nodes } = this.side;
    const onFault = (fault: unknown) => this.faults.push(fault);
    this.logKeeper = new LogKeeper({ log, clock, onFault });
    const notes = { step: (step: Step) => this.steps.push(step), text: () => {} };
    const listener = tellAll([this.logKeeper, notes]);
    let ids = 0;
    this.assistant = new Assistant({
      ...deskOf({ clock, turns, listener, relay: this.relay, newId: () => `${nodeId}-${ids++}` }),
      conversations,
      work: {
        take: (conversationId) => nodes.take(nodeId, conversationId).catch(() => {}),
        drop: (conversationId) => nodes.drop(nodeId, conversationId).catch(() => {}),
      },
      onFault,
      ...parts,
    });
    this.caretaker = new Caretaker({
      nodes,
      conversations,
      turns,
      assistant: this.assistant,
      adopted: (turnId) => this.adopted.push(turnId),
      random: () => 0.5,
      onFault,
    });
  }

  /** The kinds of what was told. */
  get told(): Step["kind"][] {
    return this.steps.map(({ kind }) => kind);
  }
}

/** The turn that runs in a conversation, as it is stored. */
export async function runningIn(store: SharedStore, conversationId: string): Promise<Turn> {
  const { running } = await store.stored(conversationId);
  if (running === null) throw new Error("nothing runs");
  return running;
}

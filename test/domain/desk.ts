import type { AssistantOptions } from "../../src/domain/assistant.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { defaultModels } from "../../src/domain/models.ts";
import { defaultRecovery, RetryBudget } from "../../src/domain/recovery.ts";
import type { Relay } from "../../src/domain/relay.ts";
import type { Listener } from "../../src/domain/steps.ts";
import type { Turns } from "../../src/domain/turns.ts";
import { admissionOf } from "./admissions.ts";
import { ScriptedRelay } from "./scripted-relay.ts";

export interface DeskParts {
  readonly clock: Clock;
  readonly turns: Turns;
  readonly listener: Listener;
  readonly relay?: Relay;
  readonly newId?: () => string;
}

/** Everything an assistant is given but for the conversations, and for what a cluster adds. */
export function deskOf(parts: DeskParts): Omit<AssistantOptions, "conversations" | "onFault"> {
  let ids = 0;
  return {
    relay: new ScriptedRelay(),
    newId: () => `answer${ids++}`,
    models: defaultModels,
    // It goes on from a beginning that it is given: what the relay writes is appended as it is.
    system: "",
    recovery: defaultRecovery,
    budget: new RetryBudget(),
    random: () => 0,
    service: () => ({ chain: ["claude-sonnet-4-5"], maxTokens: 1_024, rounds: 10, tools: true }),
    contextTokens: 10_000,
    admission: admissionOf(parts.clock),
    ...parts,
  };
}

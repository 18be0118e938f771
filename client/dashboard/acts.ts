import type { WireError } from "../../src/contract/errors.ts";
import type { OperatorCommandInput } from "../../src/contract/operator-events.ts";
import type { Tier } from "../../src/contract/shapes.ts";
import { explain } from "../staff/explain.ts";
import type { State } from "../staff/state.ts";
import { openToaster } from "../staff/toaster.ts";
import type { Feed, OrderName } from "./feed/feed.ts";
import type { Intent, Ui } from "./scene.tsx";
import type { Settings } from "./settings.ts";

/** What the operator does. Whatever fails is told in words. */
export interface Acts {
  /** Asks whether that is meant, before anything is done; null for no longer. */
  intend(intent: Intent | null): void;
  hold(tier: Tier | null): void;
  pause(minutes: number | null): void;
  drain(nodeId: string, active: boolean): void;
  dismissToast(toastId: number): void;
}

export interface ActsOptions {
  readonly feed: Feed;
  readonly ui: State<Ui>;
  readonly settings: State<Settings>;
}

export function openActs({ feed, ui, settings }: ActsOptions): Acts {
  const toaster = openToaster(ui);

  function order<N extends OrderName>(name: N, payload: OperatorCommandInput<N>): void {
    feed.ask(name, payload).then(
      () => toaster.say(settings.now.words.done),
      (error: WireError) => toaster.fault(explain(error, settings.now.words)),
    );
  }

  return {
    intend: (intent) => ui.patch({ intent }),
    hold: (tier) => order("tier:hold", { tier }),
    pause: (minutes) => order("guests:pause", { minutes }),
    drain: (nodeId, active) => order("node:drain", { nodeId, active }),
    dismissToast: toaster.dismiss,
  };
}

import type { Config } from "./config.ts";
import type { Relay } from "./domain/relay.ts";
import type { Shop } from "./domain/shop.ts";
import { shopTools } from "./domain/shop-tools.ts";
import type { ToolServerEvent } from "./domain/tool-servers.ts";
import { type Tool, Toolbox } from "./domain/tools.ts";
import { openRelay, type RelayOptions } from "./engines/relay/relay.ts";
import { systemClock } from "./engines/system-clock.ts";
import { mcpPlaces } from "./parts.ts";
import { openSimulator } from "./simulator/server.ts";

/** Who is told of what goes wrong with tools. */
export interface ToolReports {
  readonly failed: (fault: unknown, tool: string) => void;
  readonly report: (event: ToolServerEvent) => void;
}

/** The relay of the configuration, or the simulator and the way to it. */
export async function openUpstream(
  config: Config,
  stack: AsyncDisposableStack,
  { onLimits, paceMs }: Required<Pick<RelayOptions, "onLimits" | "paceMs">>,
  simulated: (baseUrl: string) => void,
): Promise<Relay> {
  const { firstTokenMs, idleMs, totalMs, http2 } = config.relay;
  const clocks = { firstTokenMs, idleMs, totalMs };
  const more = { ...clocks, http2, version: config.anthropicVersion, onLimits, paceMs };
  const access = config.relayAccess;
  if (access.kind === "remote") return stack.use(openRelay({ ...access, ...more }));
  const simulator = stack.use(await openSimulator());
  simulated(simulator.baseUrl);
  return stack.use(openRelay({ baseUrl: simulator.baseUrl, apiKey: "simulator", ...more }));
}

/** What the assistant can look up: the shop's own tools, and those of MCP servers as they come and go. */
export async function openToolbox(
  config: Config,
  shop: Shop,
  { failed, report }: ToolReports,
  stack: AsyncDisposableStack,
): Promise<Toolbox> {
  const { limitMs } = config.tools;
  const toolbox = new Toolbox({ clock: systemClock, limitMs, onFault: failed });
  const now = () => systemClock.now();
  toolbox.bring("shop", shopTools(shop, now));
  const opening = mcpPlaces(config).map(async (place) => {
    const bring = (tools: readonly Tool[]) => toolbox.bring(place.name, tools);
    // A tenth of what a node loads, where somebody wishes for it.
    const { openMcpServer } = await import("./engines/mcp/server.ts");
    return openMcpServer({ place, clock: systemClock, bring, report });
  });
  for (const server of await Promise.all(opening)) stack.use(server);
  return toolbox;
}

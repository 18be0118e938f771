import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, McpError } from "@modelcontextprotocol/sdk/types.js";
import type { JsonObject } from "../../domain/relay.ts";
import { failed, type Tool, ToolFailure, type ToolResult } from "../../domain/tools.ts";
import type { McpPlace } from "./server.ts";

/** A tool as its server lists it. */
export interface Listed {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: JsonObject;
}

/** What is asked of every model with every question must stay small. */
const maxTools = 32;
const maxDescriptionChars = 1_024;
const maxSchemaChars = 8_000;
const maxNameChars = 64;
const maxRefusalChars = 300;

/** The tools of a server that may be used, under names that begin with the server's. */
export function toTools(listed: readonly Listed[], place: McpPlace, client: Client): readonly Tool[] {
  const usable = listed
    .filter(({ name, inputSchema }) => isAllowed(place, name) && JSON.stringify(inputSchema).length <= maxSchemaChars)
    .map((each) => toTool(each, place, client));
  const byName = new Map(usable.toReversed().map((tool) => [tool.name, tool]));
  return [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1)).slice(0, maxTools);
}

function isAllowed({ allow }: McpPlace, name: string): boolean {
  return allow === undefined || allow.includes(name);
}

function toTool({ name, description, inputSchema }: Listed, place: McpPlace, client: Client): Tool {
  return {
    name: `${place.name}_${name}`.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, maxNameChars),
    description: (description ?? name).slice(0, maxDescriptionChars),
    schema: inputSchema,
    limitMs: place.timeoutMs,
    run: async (input, { signal }) => {
      try {
        const request = { method: "tools/call", params: { name, arguments: { ...input } } } as const;
        // The toolbox's clock runs out first, and says so.
        return resultOf(await client.request(request, CallToolResultSchema, { signal, timeout: 2 * place.timeoutMs }));
      } catch (fault) {
        if (signal.aborted) throw fault;
        if (fault instanceof McpError) return failed(`The tool refused: ${fault.message.slice(0, maxRefusalChars)}`);
        throw new ToolFailure("The tool cannot be reached right now.", { cause: fault });
      }
    },
  };
}

interface CallResult {
  readonly content: readonly { readonly type: string; readonly text?: unknown }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

/** Its text alone; of anything else it is said that it was left out. */
function resultOf({ content, structuredContent, isError = false }: CallResult): ToolResult {
  const parts = content.map(({ type, text }) => (typeof text === "string" ? text : `[${type} left out]`));
  const text =
    parts.length === 0 && structuredContent !== undefined ? JSON.stringify(structuredContent) : parts.join("\n");
  return { text, isError, cards: [] };
}

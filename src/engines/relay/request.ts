import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  Tool,
} from "@anthropic-ai/sdk/resources/messages.js";
import type { ModelMessage, RelayRequest, ToolDefinition } from "../../domain/relay.ts";

const cached = { cache_control: { type: "ephemeral" } } as const;

/**
 * The body of a request. Tools and system prompt are a prefix that is the same for every customer, so the end of each is
 * marked for the relay's cache (U5).
 */
export function toBody({ model, maxTokens, system, messages, tools = [], mayCall }: RelayRequest) {
  return {
    model,
    max_tokens: maxTokens,
    stream: true,
    ...(tools.length > 0 && { tools: toTools(tools), tool_choice: { type: mayCall === false ? "none" : "auto" } }),
    ...(system === "" ? {} : { system: [{ type: "text", text: system, ...cached }] }),
    messages: messages.map(toMessage),
  } satisfies MessageCreateParamsStreaming;
}

function toTools(tools: readonly ToolDefinition[]): Tool[] {
  return tools.map(({ name, description, schema }, at) => ({
    name,
    description,
    input_schema: { ...schema, type: "object" },
    ...(at === tools.length - 1 && cached),
  }));
}

/** Half a character, as a stopped answer may end in, is replaced: the API refuses a request that holds one. */
function toMessage({ role, text, calls = [], results = [] }: ModelMessage): MessageParam {
  const wellFormed = text.toWellFormed();
  if (calls.length + results.length === 0) return { role, content: wellFormed };
  const blocks: ContentBlockParam[] = [
    ...results.map(
      (result) =>
        ({
          type: "tool_result",
          tool_use_id: result.callId,
          content: result.text.toWellFormed(),
          ...(result.isError && { is_error: true }),
        }) as const,
    ),
    ...(wellFormed === "" ? [] : [{ type: "text", text: wellFormed } as const]),
    ...calls.map(
      ({ callId, tool, input }) => ({ type: "tool_use", id: callId, name: tool, input: input ?? {} }) as const,
    ),
  ];
  return { role, content: blocks };
}

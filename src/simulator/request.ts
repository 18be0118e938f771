import { z } from "zod";

const cacheControl = z.looseObject({ type: z.literal("ephemeral") }).nullish();
const textBlock = z.looseObject({ type: z.literal("text"), text: z.string(), cache_control: cacheControl });
const imageBlock = z.looseObject({ type: z.literal("image"), cache_control: cacheControl });
const documentBlock = z.looseObject({ type: z.literal("document"), cache_control: cacheControl });
const thinkingBlock = z.looseObject({ type: z.enum(["thinking", "redacted_thinking"]) });
const toolUseBlock = z.looseObject({
  type: z.literal("tool_use"),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  cache_control: cacheControl,
});
const toolResultBlock = z.looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  is_error: z.boolean().nullish(),
  content: z.union([z.string(), z.array(z.union([textBlock, imageBlock, documentBlock]))]).nullish(),
  cache_control: cacheControl,
});
const block = z.discriminatedUnion("type", [
  textBlock,
  imageBlock,
  documentBlock,
  thinkingBlock,
  toolUseBlock,
  toolResultBlock,
]);
const message = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.union([z.string(), z.array(block)]),
});
const tool = z.looseObject({
  type: z.literal("custom").nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().nullish(),
  input_schema: z.looseObject({
    type: z.literal("object"),
    properties: z.record(z.string(), z.looseObject({})).nullish(),
    required: z.array(z.string()).nullish(),
  }),
  cache_control: cacheControl,
});
const parallel = { disable_parallel_tool_use: z.boolean().nullish() };
const toolChoice = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("auto"), ...parallel }),
  z.strictObject({ type: z.literal("any"), ...parallel }),
  z.strictObject({ type: z.literal("tool"), name: z.string(), ...parallel }),
  z.strictObject({ type: z.literal("none") }),
]);

/** What count_tokens takes: the prompt without the wishes for the answer. */
export const promptShape = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1, "at least one message is required"),
  system: z.union([z.string(), z.array(textBlock)]).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  thinking: z.looseObject({ type: z.string() }).nullish(),
  output_config: z.looseObject({}).nullish(),
  cache_control: cacheControl,
});

/** What POST /v1/messages takes. Fields it does not name are refused, as the API does. */
export const requestShape = promptShape
  .extend({
    max_tokens: z.number().int().min(0),
    stream: z.boolean().nullish(),
    stop_sequences: z.array(z.string().regex(/\S/, "each stop sequence must contain non-whitespace")).nullish(),
    temperature: z.number().min(0).max(1).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    top_k: z.number().int().min(0).nullish(),
    metadata: z.strictObject({ user_id: z.string().max(512).nullish() }).nullish(),
    service_tier: z.enum(["auto", "standard_only"]).nullish(),
    container: z.string().nullish(),
    inference_geo: z.string().nullish(),
  })
  .strict();

export type Prompt = z.infer<typeof promptShape>;
export type MessagesRequest = z.infer<typeof requestShape>;
export type Message = z.infer<typeof message>;
export type ContentBlock = z.infer<typeof block>;
export type Tool = z.infer<typeof tool>;
export type ToolChoice = z.infer<typeof toolChoice>;

/** The blocks of a message; a string is one text block. */
export function blocksOf(message: Message): readonly ContentBlock[] {
  return typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
}

/** What an operator should hear of a server that brings tools. */
export type ToolServerEvent =
  /** `left` of its tools are not used: too many, too large, or not allowed. */
  | { readonly kind: "listed"; readonly server: string; readonly tools: number; readonly left: number }
  | { readonly kind: "away"; readonly server: string; readonly reason: string; readonly againMs: number };

import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";

/**
 * What came over the wire, as it came.
 *
 * @throws when it is not as the contract says, or has more in it than that: whoever looks for what must not be told has
 * to see everything
 */
export function exactly<S extends z.ZodType>(schema: S, received: unknown): z.infer<S> {
  const parsed = schema.parse(received);
  if (!isDeepStrictEqual(parsed, received)) throw new Error(`beyond the contract: ${JSON.stringify(received)}`);
  return parsed;
}

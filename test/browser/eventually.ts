import { expect } from "vitest";

/** As `expect.poll`, with the patience that a busy machine needs. */
export const eventually = <T>(look: () => Promise<T> | T) => expect.poll(look, { timeout: 10_000, interval: 30 });

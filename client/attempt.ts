/** What `work` gives, or nothing where it throws. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {}
  return undefined;
}

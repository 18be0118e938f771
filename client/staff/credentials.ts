import type { Credentials } from "../chat/credentials.ts";

/** Whoever works here has the one token that they signed in with: what is wrong with it is told, not mended. */
export const onlyToken = (token: string): Credentials => ({
  read: async () => ({ token }),
  keepGuest: () => true,
  accepted() {},
  release() {},
  renew: () => false,
});

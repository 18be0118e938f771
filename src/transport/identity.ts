import { randomBytes } from "node:crypto";
import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify, UnsecuredJWT } from "jose";
import { z } from "zod";
import { TidegateError } from "../contract/errors.ts";
import { customerClass } from "../contract/shapes.ts";
import type { Caller } from "../domain/identity.ts";
import { clockToleranceSeconds, HmacTokens } from "./hmac-tokens.ts";

export interface IdentityOptions {
  /** The first signs, all verify. */
  readonly secrets: readonly [string, ...string[]];
  readonly jwksUrl: string | undefined;
}

/** A caller, and the guest token to keep when the caller is a new guest, or the former token or its secret grows old. */
export interface Identified {
  readonly caller: Caller;
  readonly guestToken?: string;
}

const claims = z.object({
  sub: z.string().min(1).max(200),
  role: z.enum(["customer", "agent", "operator"]).default("customer"),
  class: customerClass.optional(),
  name: z.string().max(100).optional(),
  exp: z.number().optional(),
});

const guestLifeSeconds = 30 * 86_400;
const guestAudience = "tidegate:guest";

/**
 * Tells who is calling (X1): from a token of the shop (HS256 by our secrets, or by its published keys) or from a guest
 * token of ours. Nothing else is believed.
 */
export class Identity {
  readonly #hmac: HmacTokens;
  readonly #jwks: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor({ secrets, jwksUrl }: IdentityOptions) {
    this.#hmac = new HmacTokens(secrets);
    this.#jwks = jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 3_000 });
  }

  /**
   * A shop token that does not verify is refused. A guest token that does not is forgotten: its bearer becomes a new
   * guest, who loses nothing but a conversation that is gone anyway.
   *
   * @throws {TidegateError} `unauthenticated`, `token-expired`, `unavailable` (the published keys cannot be fetched)
   */
  async identify({
    token,
    guestToken,
  }: {
    token?: string | undefined;
    guestToken?: string | undefined;
  }): Promise<Identified> {
    if (token !== undefined && token !== "") return { caller: await this.#customer(token) };
    const guest = guestToken === undefined ? null : this.#guest(guestToken);
    return guest ?? this.#newGuest();
  }

  async #customer(token: string): Promise<Caller> {
    const payload = await this.#verify(token).catch((fault: unknown) => {
      throw refusal(fault);
    });
    const parsed = claims.safeParse(payload);
    if (!parsed.success) throw new TidegateError("unauthenticated", "The token's claims are not as documented.");
    const { sub, role, name, exp } = parsed.data;
    // A guest token in the wrong place keeps its bearer a guest.
    const kind = payload.aud === guestAudience ? "guest" : (parsed.data.class ?? "member");
    const expiresAt = exp === undefined ? undefined : (exp + clockToleranceSeconds) * 1_000;
    return { customerId: sub, role, class: kind, name, expiresAt };
  }

  #guest(token: string): Identified | null {
    try {
      const { payload, isCurrent } = this.#hmac.verify(token, guestAudience);
      const { sub, exp = 0 } = payload;
      if (sub === undefined) return null;
      const caller: Caller = {
        customerId: sub,
        role: "customer",
        class: "guest",
        name: undefined,
        expiresAt: undefined,
      };
      const isOld = exp - Date.now() / 1_000 < guestLifeSeconds / 2;
      // Signed by a secret that is on its way out: the next one must know its bearer too.
      return isOld || !isCurrent ? { caller, guestToken: this.#sign(sub) } : { caller };
    } catch {
      return null;
    }
  }

  #newGuest(): Identified {
    const customerId = `guest:${randomBytes(16).toString("base64url")}`;
    const caller: Caller = {
      customerId,
      role: "customer",
      class: "guest",
      name: undefined,
      isNew: true,
      expiresAt: undefined,
    };
    return { caller, guestToken: this.#sign(customerId) };
  }

  async #verify(token: string): Promise<JWTPayload> {
    if (this.#jwks === undefined || algorithmOf(token) === "HS256") return this.#hmac.verify(token).payload;
    const algorithms = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
    return jwtVerify(token, this.#jwks, { algorithms, clockTolerance: clockToleranceSeconds }).then(
      (result) => result.payload,
    );
  }

  #sign(customerId: string): string {
    const token = new UnsecuredJWT({ role: "customer", class: "guest" })
      .setSubject(customerId)
      .setAudience(guestAudience)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1_000) + guestLifeSeconds);
    return this.#hmac.sign(token);
  }
}

/** Undefined for what is no token; verifying it says so. */
function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    return undefined;
  }
}

function refusal(fault: unknown): TidegateError {
  if (fault instanceof errors.JWTExpired) return new TidegateError("token-expired", undefined, { cause: fault });
  return new TidegateError(areKeysAway(fault) ? "unavailable" : "unauthenticated", undefined, { cause: fault });
}

/** The published keys could not be fetched or read. jose has no error of its own for an answer that is no 200. */
function areKeysAway(fault: unknown): boolean {
  if (!(fault instanceof errors.JOSEError)) return true;
  if (fault instanceof errors.JWKSTimeout || fault instanceof errors.JWKSInvalid) return true;
  return fault.code === errors.JOSEError.code;
}

/** What a token says of its bearer. */
export interface TokenClaims {
  readonly sub: string;
  readonly role: Caller["role"];
  readonly class?: Caller["class"] | undefined;
  readonly name?: string | undefined;
}

/** A token as a shop makes them, signed with HS256. */
export function makeToken({ sub, ...claims }: TokenClaims, secret: string, lifeSeconds: number): string {
  const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  const token = new UnsecuredJWT(given)
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1_000) + lifeSeconds);
  return new HmacTokens([secret]).sign(token);
}

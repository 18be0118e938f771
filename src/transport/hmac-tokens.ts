import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { decodeProtectedHeader, errors, type JWTPayload, type ProtectedHeaderParameters, UnsecuredJWT } from "jose";

export interface Verified {
  readonly payload: JWTPayload;
  /** The secret that signs now has signed it. */
  readonly isCurrent: boolean;
}

/** Clocks of shop and server may differ by as much. */
export const clockToleranceSeconds = 10;

const headerNow = Buffer.from(JSON.stringify({ alg: "HS256" })).toString("base64url");

/**
 * Tokens signed with HS256 by a secret. The signature is checked here, at once: by way of WebCrypto, as jose would do it,
 * each token goes through a thread of its own, which costs a handshake far more than the check itself. Everything that a
 * token says is written and read by jose.
 */
export class HmacTokens {
  readonly #keys: readonly KeyObject[];
  /** As it was spelled last: a shop's tokens all begin alike. */
  #header = headerNow;

  /** @param secrets the first signs, all verify */
  constructor(secrets: readonly string[]) {
    this.#keys = secrets.map((secret) => createSecretKey(secret, "utf8"));
  }

  sign(claims: UnsecuredJWT): string {
    const [, payload] = claims.encode().split(".");
    const said = `${headerNow}.${payload}`;
    const [key] = this.#keys;
    if (key === undefined) throw new Error("there is no secret");
    return `${said}.${signatureOf(said, key)}`;
  }

  /** @throws {errors.JOSEError} as `jwtVerify` of jose does */
  verify(token: string, audience?: string): Verified {
    const [header = "", payload, signature, more] = token.split(".", 4);
    if (signature === undefined || more !== undefined) throw new errors.JWSInvalid("Invalid Compact JWS");
    if (header !== this.#header) this.#header = checked(header);
    const by = this.#keys.findIndex((key) => isSigned(token, key));
    if (by < 0) throw new errors.JWSSignatureVerificationFailed();
    const options = { clockTolerance: clockToleranceSeconds, ...(audience !== undefined && { audience }) };
    return {
      payload: UnsecuredJWT.decode(`${headerOfNone}.${payload}.`, options).payload,
      isCurrent: by === 0,
    };
  }
}

/** What jose reads without a signature: only what was found to be signed is given to it so. */
const headerOfNone = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");

function checked(header: string): string {
  const { alg, crit } = decoded(header);
  if (alg !== "HS256") throw new errors.JOSEAlgNotAllowed('"alg" is not HS256');
  // Whatever must be understood is not.
  if (crit !== undefined) throw new errors.JOSENotSupported('"crit" is not supported');
  return header;
}

function decoded(header: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(`${header}..`);
  } catch (fault) {
    throw new errors.JWSInvalid("JWS Protected Header is invalid", { cause: fault });
  }
}

const signatureOf = (said: string, key: KeyObject) => createHmac("sha256", key).update(said).digest("base64url");

function isSigned(token: string, key: KeyObject): boolean {
  const end = token.lastIndexOf(".");
  const [given, due] = [Buffer.from(token.slice(end + 1)), Buffer.from(signatureOf(token.slice(0, end), key))];
  return given.length === due.length && timingSafeEqual(given, due);
}

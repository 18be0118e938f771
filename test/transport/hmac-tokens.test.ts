import { createHmac } from "node:crypto";
import fc from "fast-check";
import { type errors, jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { expect, test } from "vitest";
import { clockToleranceSeconds, HmacTokens } from "../../src/transport/hmac-tokens.ts";

const secret = "the secret of a shop, long enough";
const bytes = new TextEncoder().encode(secret);
const now = () => Math.floor(Date.now() / 1_000);

const coded = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const signed = (header: unknown, payload: unknown) => {
  const said = `${coded(header)}.${coded(payload)}`;
  return `${said}.${createHmac("sha256", secret).update(said).digest("base64url")}`;
};

type Outcome = { readonly payload: object } | { readonly code: string };
const codeOf = (fault: unknown): Outcome => ({ code: (fault as errors.JOSEError).code });

const ours = (token: string, audience?: string): Outcome => {
  try {
    return { payload: new HmacTokens([secret]).verify(token, audience).payload };
  } catch (fault) {
    return codeOf(fault);
  }
};

const theirs = (token: string, audience?: string): Promise<Outcome> => {
  const options = {
    algorithms: ["HS256"],
    clockTolerance: clockToleranceSeconds,
    ...(audience !== undefined && { audience }),
  };
  return jwtVerify(token, bytes, options).then(({ payload }) => ({ payload }), codeOf);
};

const numberOrNot = fc.oneof(
  fc.integer({ min: -100, max: 100 }).map((ms) => now() + ms),
  fc.constantFrom("soon", null, -1, 1e300),
);
const claims = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        sub: fc.string(),
        exp: numberOrNot,
        nbf: numberOrNot,
        iat: numberOrNot,
        aud: fc.constantFrom("a", "b", ["a"], ["b"], 7, null),
      },
      { requiredKeys: [] },
    ),
  },
  fc.constantFrom<unknown>("text", [], null, 3, "{", ""),
);
const headers = fc.oneof(
  { weight: 5, arbitrary: fc.constant<unknown>({ alg: "HS256" }) },
  fc.constantFrom<unknown>(
    { alg: "HS256", typ: "JWT", kid: "1" },
    { alg: "none" },
    { alg: "HS512" },
    { alg: ["HS256"] },
    {},
    [],
    null,
    "{",
    { alg: "HS256", crit: ["exp"], exp: 1 },
    { alg: "HS256", crit: ["b64"], b64: false },
    { alg: "HS256", crit: [] },
  ),
);
const tokens = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(headers, claims).map(([header, payload]) => signed(header, payload)) },
  fc
    .tuple(fc.tuple(headers, claims), fc.nat(), fc.constantFrom("A", "b", "=", ".", "+", "/", " ", "\n", "é", ""))
    .map(([[header, payload], at, by]) => {
      const token = signed(header, payload);
      const from = at % (token.length + 1);
      return token.slice(0, from) + by + token.slice(from + 1);
    }),
  fc.string(),
);

test("X1: a token is taken where jose takes it, with the same claims, and nowhere else; but one signature has one spelling", async () => {
  const all = fc.asyncProperty(tokens, fc.constantFrom(undefined, "a"), async (token, audience) => {
    const [own, due] = [ours(token, audience), await theirs(token, audience)];
    const signature = token.split(".")[2] ?? "";
    const isSpelledAsUsual = Buffer.from(signature, "base64url").toString("base64url") === signature;
    expect("payload" in own ? own : "refused").toEqual("payload" in due && isSpelledAsUsual ? due : "refused");
    // The one refusal that callers tell from the others.
    const isOver = (outcome: Outcome) => "code" in outcome && outcome.code === "ERR_JWT_EXPIRED";
    if (isSpelledAsUsual) expect(isOver(own)).toBe(isOver(due));
  });
  await fc.assert(all, { numRuns: 3_000 });
});

test("X1: another spelling of a signature is another signature", () => {
  const token = signed({ alg: "HS256" }, { sub: "c" });
  expect(ours(token)).toEqual({ payload: { sub: "c" } });
  // 32 bytes fill 43 letters but for two bits of the last.
  const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const twin = token.slice(0, -1) + last[last.indexOf(token.at(-1) ?? "") ^ 1];
  expect(Buffer.from(twin.split(".")[2] ?? "", "base64url")).toEqual(
    Buffer.from(token.split(".")[2] ?? "", "base64url"),
  );
  expect(ours(twin)).toEqual({ code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
});

test("X1: jose takes what is signed here", async () => {
  const token = new HmacTokens([secret]).sign(
    new UnsecuredJWT({ class: "vip" }).setSubject("c").setExpirationTime("1m"),
  );
  expect((await jwtVerify(token, bytes, { algorithms: ["HS256"] })).payload).toMatchObject({ sub: "c", class: "vip" });
});

test("X1: the first secret signs, and all verify; which of them it was is told", async () => {
  const [first, second] = ["the first secret of two, long enough", secret];
  const both = new HmacTokens([first, second]);
  const old = await new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setSubject("old").sign(bytes);
  expect(both.verify(old)).toEqual({ payload: { sub: "old" }, isCurrent: false });
  expect(both.verify(both.sign(new UnsecuredJWT({}).setSubject("new")))).toEqual({
    payload: { sub: "new" },
    isCurrent: true,
  });
  expect(() => new HmacTokens([first]).verify(old)).toThrow("signature verification failed");
});

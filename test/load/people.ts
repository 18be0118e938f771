import { SignJWT } from "jose";
import type { CustomerClass } from "../../src/contract/shapes.ts";
import type { Person } from "./customer.ts";

/** What the nodes verify tokens with. */
export const secret = "a secret for load runs only that is long enough";

/**
 * Of ten who come one is a VIP, three are members and six are guests; each of them spread evenly over the nodes.
 *
 * @param first nobody of another crowd may have the same number
 */
export async function peopleFor(count: number, urls: readonly string[], first: number): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => personOf(first + at, urls)));
}

async function personOf(number: number, urls: readonly string[]): Promise<Person> {
  const name = classOf(number % 10);
  const first = (number + Math.floor(number / 10)) % urls.length;
  const answer = `This is the answer for customer ${number}, 亲, and for nobody else. 🌊`;
  return {
    class: name,
    ...(name !== "guest" && { token: await tokenOf(name, number) }),
    urls: [...urls.slice(first), ...urls.slice(0, first)],
    question: `[[sim: say "${answer}"; pace first=600 delta=30 chars=12]] hello`,
    answer,
  };
}

export function classOf(digit: number): CustomerClass {
  if (digit === 0) return "vip";
  return digit <= 3 ? "member" : "guest";
}

export function tokenOf(name: CustomerClass, number: number, key = secret): Promise<string> {
  return new SignJWT({ role: "customer", class: name })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(`customer-${number}`)
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(key));
}

import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

export interface OriginOptions {
  /** As configured: origins, or `*`. */
  readonly allowed: readonly string[];
  /** A demonstration also serves pages of the developer's own machine. */
  readonly demonstration: boolean;
}

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Which pages may connect (X2). Programs send no origin and are known by their token alone. */
export class Origins {
  readonly #options: OriginOptions;

  constructor(options: OriginOptions) {
    this.#options = options;
  }

  /** @param host the `Host` header: a page of the server itself is always allowed */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    if (this.#options.allowed.includes("*") || this.#options.allowed.includes(origin)) return true;
    const parsed = URL.parse(origin);
    if (parsed === null) return false;
    return parsed.host === host || (this.#options.demonstration && loopbackHost.test(parsed.hostname));
  }

  allowsRequest({ headers: { origin, host } }: IncomingMessage): boolean {
    return this.allows(origin, host) && this.#isAskedByName(host);
  }

  /**
   * Whoever owns a name may let it lead to this machine, and is of one origin with a demonstration then (X6): it answers to the
   * machine's own names and to those of allowed pages alone.
   */
  #isAskedByName(host: string | undefined): boolean {
    if (!this.#options.demonstration || host === undefined) return true;
    const { hostname = "" } = URL.parse(`http://${host}`) ?? {};
    return (
      loopbackHost.test(hostname) ||
      this.#options.allowed.some((page) => page === "*" || URL.parse(page)?.host === host)
    );
  }
}

/** The client's address, read where the last trusted proxy wrote it, as {@link countedAs} has it. */
export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const own = request.socket.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return countedAs(own);
  const named = String(request.headers["x-forwarded-for"] ?? "").split(",");
  return countedAs(named.at(-trustedProxies)?.trim() || own);
}

const withPort = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::\d+)?$/i;
const mapped = /^::ffff:([\d.]+)$/i;
const longestAddress = 64;

/**
 * What is counted as one (X2): an IPv4 address, or the first half of an IPv6 address, for whoever has one has all of the other
 * half. Some proxies write the port along, which is another one each time.
 */
export function countedAs(address: string): string {
  const [, six, four] = withPort.exec(address) ?? [];
  const bare = six ?? four ?? address;
  const plain = mapped.exec(bare)?.[1] ?? bare;
  return isIPv6(plain) ? `${halfOf(plain)}::/64` : plain.slice(0, longestAddress);
}

/** The first four groups of eight. */
function halfOf(address: string): string {
  const [start = "", rest] = address.toLowerCase().replace(/%.*$/, "").split("::");
  const [before, after] = [groupsOf(start), groupsOf(rest ?? "")];
  const missing = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...missing, ...after].slice(0, 4);
  return groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}

function groupsOf(part: string): string[] {
  return part === "" ? [] : part.split(":");
}

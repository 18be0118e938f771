import { parseArgs } from "node:util";
import { ConfigError, readConfig } from "./config.ts";
import { withKeptSecret } from "./demonstration.ts";
import { secretInRedis } from "./engines/redis/server.ts";
import { makeToken } from "./transport/identity.ts";

/**
 * Makes a token for development: `npm run token -- --role agent --name Mei`. Signed with the first secret of AUTH_SECRET,
 * or with that of the demonstration; a shop signs its own tokens the same way.
 */

const usage = `Usage: npm run token -- [--role agent|operator|customer] [--name <name>] [--sub <id>] [--class vip|member|guest] [--hours <hours>]`;

const roles = ["agent", "operator", "customer"] as const;
const classes = ["vip", "member", "guest"] as const;

function fail(why: string): never {
  console.error(`${why}\n${usage}`);
  process.exit(2);
}

function readArgs() {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ options: { role: text, name: text, sub: text, class: text, hours: text } }).values;
  } catch (fault) {
    return fail(fault instanceof Error ? fault.message : String(fault));
  }
}

function oneOf<T extends string>(all: readonly T[], given: string, option: string): T {
  return all.find((each) => each === given) ?? fail(`${option} must be one of ${all.join(", ")}.`);
}

function readSettings() {
  try {
    return withKeptSecret(readConfig());
  } catch (fault) {
    if (fault instanceof ConfigError) return fail(fault.message);
    throw fault;
  }
}

const { name, sub, hours = "12", ...args } = readArgs();
const role = oneOf(roles, args.role ?? "agent", "--role");
const of = args.class === undefined ? undefined : oneOf(classes, args.class, "--class");
const seconds = Math.round(Number(hours) * 3_600);
if (!(seconds >= 60 && seconds <= 31_536_000)) fail("--hours must be between 0.02 and 8760.");

const config = readSettings();
// Nodes on one Redis agree on a secret that is kept there.
const [own] = config.secrets;
const { redis, redisPrefix } = config;
const secret = config.demonstration && redis ? await secretInRedis(redis, redisPrefix, own) : own;
const who = sub ?? `${role}:${(name ?? "demo").toLowerCase().replaceAll(/\s+/g, "-")}`;
const token = makeToken({ sub: who, role, class: of, name }, secret, seconds);
console.log(token);
const page = { agent: "console", operator: "dashboard", customer: undefined }[role];
// Apart from the token, which a program may want alone.
if (page !== undefined) console.error(`Sign in at http://127.0.0.1:${config.port}/${page}#token=${token}`);

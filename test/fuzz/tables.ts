import { readdirSync } from "node:fs";
import type { z } from "zod";

/** One namespace as the contract has it. */
export interface Table {
  /** Whose it is: the role that a token must have. */
  readonly role: string;
  readonly namespace: string;
  readonly commands: Readonly<Record<string, { readonly payload: z.ZodType; readonly result: z.ZodType }>>;
  readonly facts: Readonly<Record<string, { readonly payload: z.ZodType }>>;
}

/** Read by the names of its exports, so that a namespace which is added to the contract is attacked by itself. */
const contract = await readContract();

async function readContract(): Promise<Readonly<Record<string, Table["commands"] & Table["facts"]>>> {
  const folder = new URL("../../src/contract/", import.meta.url);
  const files = await Promise.all(readdirSync(folder).map((name) => import(new URL(name, folder).href)));
  return Object.assign({}, ...files);
}

export const tables: readonly Table[] = Object.entries(contract).flatMap(([name, commands]) => {
  const role = /^(\w+)Commands$/.exec(name)?.[1];
  if (role === undefined) return [];
  return [{ role, namespace: namespaceOf(role), commands, facts: contract[`${role}Facts`] ?? {} }];
});

function namespaceOf(role: string): string {
  return role === "customer" ? "/" : `/${role}s`;
}

/** @throws for a namespace that the contract does not have */
export function tableOf(namespace: string): Table {
  const table = tables.find((each) => each.namespace === namespace);
  if (table === undefined) throw new Error(`the contract has no namespace ${namespace}`);
  return table;
}

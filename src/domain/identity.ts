import type { CustomerClass } from "../contract/shapes.ts";
import type { CustomerCard } from "./responders.ts";

export type Role = "customer" | "agent" | "operator";

/** Who is calling, as a verified token says (X1); nothing a payload says can change it. */
export interface Caller {
  /** The token's `sub`; guests have `guest:<random>`. */
  readonly customerId: string;
  readonly role: Role;
  readonly class: CustomerClass;
  readonly name: string | undefined;
  /** Made up a moment ago: nobody can have known this customer before. */
  readonly isNew?: boolean;
  /** When the token ends, in epoch milliseconds; undefined for one without an end. */
  readonly expiresAt: number | undefined;
}

/** A customer as agents see them. */
export function customerCard({ name, class: of }: Caller): CustomerCard {
  return { class: of, ...(name !== undefined && { name }) };
}

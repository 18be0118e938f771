import fc from "fast-check";
import { z } from "zod";
import { marks } from "./marks.ts";
import { texts } from "./texts.ts";

type Schema = z.core.JSONSchema.BaseSchema;

/** Ids that the caller has seen, under whichever name the contract asks for one. */
const known: Readonly<Record<string, readonly string[]>> = {
  conversationId: [marks.conversation],
  turnId: [marks.turn, marks.turn, marks.stranger],
  messageId: [marks.message],
};

const mostItems = 12;

/** What `payload` allows, as JSON. */
export function validPayloads(payload: z.ZodType): fc.Arbitrary<string> {
  return valuesOf(z.toJSONSchema(payload, { io: "input", unrepresentable: "any" })).map((value) =>
    JSON.stringify(value),
  );
}

function valuesOf(schema: Schema | boolean | undefined, name = ""): fc.Arbitrary<unknown> {
  if (typeof schema !== "object") return fc.jsonValue({ maxDepth: 2 });
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => valuesOf(choice, name)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "string":
      return stringsOf(schema, name);
    case "integer":
      return integersOf(schema);
    case "number":
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "array":
      return listsOf(schema);
    case "object":
      return objectsOf(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function stringsOf({ pattern, maxLength = 200, minLength = 0 }: Schema, name: string): fc.Arbitrary<string> {
  const seen = known[name];
  if (pattern !== undefined) {
    const fitting = fc.stringMatching(new RegExp(pattern));
    return seen === undefined ? fitting : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...seen) }, fitting);
  }
  const longest = fc.constant("龙".repeat(maxLength));
  return fc.oneof({ weight: 30, arbitrary: texts(minLength, maxLength) }, longest);
}

function integersOf({ minimum = -1e9, maximum = 1e9 }: Schema): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(minimum, maximum, Math.max(minimum, 0)), fc.integer({ min: minimum, max: maximum }));
}

function listsOf({ items, minItems = 0, maxItems = mostItems }: Schema): fc.Arbitrary<unknown[]> {
  // CAST: the schemas of the contract have one kind of items a list.
  const item = valuesOf(items as Schema | undefined);
  return fc.array(item, { minLength: minItems, maxLength: Math.min(maxItems, mostItems) });
}

function objectsOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const members = Object.entries(properties).map(([name, member]) => [name, valuesOf(member, name)] as const);
  return fc.record<Record<string, unknown>, string>(Object.fromEntries(members), { requiredKeys: required });
}

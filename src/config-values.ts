import { z } from "zod";

/** Values of environment variables, as several parts of the configuration read them. */

export const number = (least: number, most: number) =>
  z.coerce
    .number({ error: "must be a number" })
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    });

export const url = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

export const headerText = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/, "holds characters that no header can carry; copy it again");

import { picosPerUnit } from "../domain/prices.ts";

const symbols: Readonly<Record<string, string>> = { CNY: "¥", USD: "$", EUR: "€", GBP: "£" };

/** An amount of 10⁻¹² of the currency as people read it, `¥13,800.00`: rounded half away from zero. */
export function formatMoney(picos: bigint, currency: string, digits = 2): string {
  const [whole = "0", fraction] = rounded(picos < 0n ? -picos : picos, digits).split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  const symbol = symbols[currency] ?? `${currency} `;
  return `${picos < 0n ? "-" : ""}${symbol}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** The amount without any rounding, for programs: `13800`, `0.0000035`. */
export function exactMoney(picos: bigint): string {
  const size = picos < 0n ? -picos : picos;
  const fraction = String(size % picosPerUnit)
    .padStart(12, "0")
    .replace(/0+$/, "");
  return `${picos < 0n ? "-" : ""}${size / picosPerUnit}${fraction === "" ? "" : `.${fraction}`}`;
}

function rounded(picos: bigint, digits: number): string {
  const unit = picosPerUnit / 10n ** BigInt(digits);
  const units = (picos + unit / 2n) / unit;
  const text = String(units).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

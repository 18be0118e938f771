/**
 * An amount of the currency's smallest units, as the locale writes it. A currency that nobody knows is written by its
 * code, with two decimals.
 */
export function money(smallest: number, currency: string, locale: string): string {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    return format.format(smallest / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${(smallest / 100).toFixed(2)} ${currency}`;
  }
}

import { describe, expect, test } from "vitest";
import { currencyOf, inOneCurrency } from "./currency";
import type { Filter } from "./filter";

const period = (connection: string, month: string, currency: string) =>
  ({ connection, period: month, currency }) as never;
const overview = {
  currency: "USD",
  currencies: ["USD", "EUR"],
  periods: [period("a", "2026-08", "USD"), period("b", "2026-08", "EUR"), period("b", "2026-07", "EUR")],
};
const filter = (dimension: string, values: string[], exclude = false): Filter => ({
  dimension,
  exclude,
  values,
});

describe("the page's currency", () => {
  test("is the main one of what the filters let pass", () => {
    expect(currencyOf([], overview)).toBe("USD");
    expect(currencyOf([filter("connection", ["b"])], overview)).toBe("EUR");
    expect(currencyOf([filter("billing_period", ["2026-07"])], overview)).toBe("EUR");
    expect(currencyOf([filter("currency", ["USD"], true)], overview)).toBe("EUR");
    expect(currencyOf([filter("currency", ["GBP"])], overview)).toBe("USD");
  });
  test("is a filter only where there are several", () => {
    expect(inOneCurrency([], overview)).toEqual([filter("currency", ["USD"])]);
    const filters = [filter("service", ["S3"])];
    expect(inOneCurrency(filters, { ...overview, currencies: ["USD"] })).toBe(filters);
  });
});

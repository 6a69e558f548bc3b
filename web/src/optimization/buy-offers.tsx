import { useQueries } from "@tanstack/react-query";
import { approximate, sumDecimals } from "../lib/decimal";
import { offers } from "./address";
import classes from "./buy.module.css";
import { buyQuery, isUnpriced } from "./buy-query";
import { optimizationQueries } from "./queries";
import type { TabProps } from "./tab";
import type { Purchase } from "./types";
import { estimate } from "./words";

interface Props extends Pick<TabProps, "state" | "set" | "version"> {
  currency: string;
}

/** What each offer alone would save in a year: a bar each, which is also the choice. */
export function BuyOffers({ state, set, version, currency }: Props) {
  const found = useQueries({
    queries: offers.map(({ value }) => ({
      ...optimizationQueries.buy(version, buyQuery(state, value)),
      retry: false,
    })),
  });
  const sums = found.map((one) => one.data && yearlyOf(one.data, currency));
  const largest = Math.max(0, ...sums.map((sum) => approximate(sum ?? "0")));
  return (
    <fieldset className={classes.offers}>
      <legend>Offer, and what it alone would save in a year</legend>
      {offers.map(({ value, label }, at) => {
        const sum = sums[at];
        const part = largest > 0 ? Math.max(0, approximate(sum ?? "0")) / largest : 0;
        return (
          <label key={value} className={classes.offer} data-chosen={value === state.offer}>
            <input
              type="radio"
              name="offer"
              value={value}
              checked={value === state.offer}
              onChange={() => set({ offer: value, commitment: undefined, of: undefined })}
            />
            <span className={classes.offerName}>{label}</span>
            <span className={`${classes.offerSum} tabular`} data-none={found[at]?.data?.every(isUnpriced)}>
              {sum !== undefined
                ? sumText(sum, found[at]?.data ?? [], currency)
                : found[at]?.error
                  ? "–"
                  : "…"}
            </span>
            <span className={classes.offerTrack} aria-hidden>
              <span style={{ width: `${100 * part}%` }} />
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** Nothing to save is one thing, no price for what could be covered another. */
function sumText(sum: string, purchases: readonly Purchase[], currency: string): string {
  return purchases.length > 0 && purchases.every(isUnpriced) ? "no prices" : estimate(sum, currency);
}

function yearlyOf(purchases: readonly Purchase[], currency: string): string {
  return sumDecimals(purchases.filter((one) => one.currency === currency).map((one) => one.yearly_savings));
}

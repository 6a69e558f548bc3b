import { IconBox, IconReceipt, IconServerBolt } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { formatCount } from "../lib/quantity";
import { type OptimizationTab, writeOptimization } from "./address";
import cards from "./cards.module.css";
import classes from "./section.module.css";
import type { TabProps } from "./tab";
import type { OptimizationOverview } from "./types";
import { estimate, rangeText, rateText } from "./words";

const useCases = [
  { tab: "containers", label: "Containers", icon: IconBox },
  { tab: "elastic", label: "Elastic applications", icon: IconServerBolt },
] as const;

/** The other tabs, with what they found. */
export function UseCases({ data, state }: Pick<TabProps, "state"> & { data: OptimizationOverview }) {
  const { use_cases: found, currency } = data;
  const to = (tab: OptimizationTab) => writeOptimization({ ...state, tab });
  return (
    <section aria-labelledby="use-cases">
      <h2 id="use-cases" className={classes.heading}>
        Use cases
      </h2>
      <ul className={cards.services}>
        {useCases.map(({ tab, label, icon: Picture }) => (
          <li key={tab}>
            <Link to="/optimization" search={to(tab)} className={`card ${cards.service}`}>
              <span className={cards.name}>
                <Picture size={19} aria-hidden />
                {label}
              </span>
              <span className={cards.facts}>
                <span>
                  {formatCount(found[tab].instances)}
                  <small>Instances</small>
                </span>
                <span>
                  {rangeText(found[tab].savings_low, found[tab].savings_high, currency)}
                  <small>More to save a month</small>
                </span>
                <span>
                  {rateText(found[tab].savings_rate)}
                  <small>Savings rate</small>
                </span>
              </span>
            </Link>
          </li>
        ))}
        <li>
          <Link to="/optimization" search={to("reservations")} className={`card ${cards.service}`}>
            <span className={cards.name}>
              <IconReceipt size={19} aria-hidden />
              Reservations
            </span>
            <span className={cards.facts}>
              <span>
                {estimate(found.reservations.savings, currency)}
                <small>More to save a month</small>
              </span>
              <span>
                {rateText(found.reservations.savings_rate)}
                <small>Savings rate</small>
              </span>
            </span>
          </Link>
        </li>
      </ul>
    </section>
  );
}

import type { Sums } from "../api/types";
import { Money } from "../ui/money";
import classes from "./subsets.module.css";
import { periods, type Terms } from "./sums";

interface Props {
  sums: Sums;
  terms: Terms;
  charged: boolean;
}

/** The figures of a subset at a glance, the charge beside the cost where there is one. */
export function SubsetFacts({ sums, terms, charged }: Props) {
  const { last, soFar, whole } = periods(terms);
  const facts = [
    { name: `Last month, ${last}`, cost: sums.last_month, charge: sums.charge_last_month },
    { name: `Month to date, ${soFar}`, cost: sums.month_to_date, charge: sums.charge_month_to_date },
    { name: `Expected, ${whole}`, cost: sums.expected, charge: null },
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(({ name, cost, charge }) => (
        <div className="card" key={name}>
          <dt>{name}</dt>
          <dd>
            <span className={classes.figure}>
              <Money text={cost} currency={terms.currency} missing="Too few days for a forecast" />
            </span>
            {charged && charge !== null && (
              <span className={classes.charge}>
                Charge: <Money text={charge} currency={terms.currency} />
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

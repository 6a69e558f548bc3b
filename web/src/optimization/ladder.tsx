import { SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { Problem } from "../ui/problem";
import type { BuyState } from "./address";
import classes from "./buy.module.css";
import { buyQuery, type Target } from "./buy-query";
import { optimizationQueries } from "./queries";
import type { Purchase } from "./types";
import { estimate, perHour } from "./words";

const choices = [3, 4, 6, 12];

interface Props {
  of: Pick<Purchase, "payer" | "currency">;
  plan: Target;
  state: BuyState;
  version: string;
}

/** One plan bought over some months in place of at once. */
export function Ladder({ of, plan, state, version }: Props) {
  const [months, setMonths] = useState(4);
  const query = { ...buyQuery(state), ...plan.query, ladder: months };
  const found = useQuery(optimizationQueries.buy(version, query));
  const answer = found.data?.find((one) => one.payer === of.payer && one.currency === of.currency);
  return (
    <>
      <div className={classes.ladder}>
        <span aria-hidden>Months over which it is bought</span>
        <SegmentedControl
          size="xs"
          aria-label="Months over which it is bought"
          data={choices.map(String)}
          value={String(months)}
          onChange={(next) => setMonths(Number(next))}
        />
        <strong>{plan.label}</strong>
      </div>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !answer ? (
        <div aria-busy="true" className={classes.words}>
          <Skeleton height={160} />
        </div>
      ) : !answer.ladder || answer.ladder.length === 0 ? (
        <p className={classes.words}>Nothing of it is worth buying, so there is nothing to buy in steps.</p>
      ) : (
        <Rungs answer={answer} />
      )}
    </>
  );
}

function Rungs({ answer }: { answer: Purchase }) {
  const { currency, ladder, ladder_given_up: lost, ladder_expires_in_a_quarter: ends } = answer;
  return (
    <>
      <p className={classes.words}>
        Bought in equal parts, so that a part ends at a time and each step sees newer usage.
        {lost !== null && (
          <>
            {" "}
            Waiting gives up <strong>{estimate(lost, currency)}</strong> of what buying it at once would save
          </>
        )}
        {ends !== null && <>; at most {perHour(ends, currency)} end in one quarter</>}.
      </p>
      <ListTable
        label="Ladder, table"
        columns={[
          { name: "Month" },
          { name: "Buy then", kind: "number" },
          { name: "Owned of it after that", kind: "number" },
          { name: "Cost of the month", kind: "number" },
          { name: "Saved in it", kind: "number" },
        ]}
      >
        {(ladder ?? []).map((one) => (
          <tr key={one.month}>
            <th scope="row">{one.month}</th>
            <td className={listClasses.number}>{perHour(one.commitment, currency)}</td>
            <td className={listClasses.number}>{perHour(one.owned, currency)}</td>
            <td className={listClasses.number}>
              <Money text={one.cost} currency={currency} />
            </td>
            <td className={listClasses.number}>
              <Money text={one.savings} currency={currency} />
            </td>
          </tr>
        ))}
      </ListTable>
    </>
  );
}

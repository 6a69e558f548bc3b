import { Select, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Problem } from "../ui/problem";
import buy from "./buy.module.css";
import { BuyChoosers } from "./buy-choosers";
import { BuyOffers } from "./buy-offers";
import { buyQuery, isDaily } from "./buy-query";
import { BuyResult } from "./buy-result";
import { daysOf } from "./owned-data";
import type { OwnedStand } from "./owned-stand";
import { optimizationQueries } from "./queries";
import { onDemandRows, rowsOf } from "./rows-link";
import { Section } from "./section";
import classes from "./section.module.css";
import { DailyReport } from "./states";
import type { TabProps } from "./tab";

const how =
  "Every hour of the look-back is replayed in AWS’s own order with what is owned at its end: reserved instances first, then EC2 Instance and Compute savings plans, each where it saves the highest percentage. The recommendation is the commitment at which all that costs least.";

/** What to commit to: looked for hour by hour, with the curve, what could go wrong, and how sure it is. */
export function BuySection(props: TabProps & { stand: OwnedStand }) {
  const { stand, state, set, version } = props;
  const found = useQuery(optimizationQueries.buy(version, buyQuery(state)));
  const { data } = found;
  const mine = data?.filter(({ currency }) => currency === stand.owned.currency) ?? [];
  const one = mine.find(({ payer }) => payer === state.of?.split("|")[0]) ?? mine[0];
  return (
    <Section
      title="What to commit to"
      known={{
        what: how,
        assumed: one?.notes,
        ...(one && !isDaily(one) && { rows: rowsOf(daysOf(one.look_back), [onDemandRows], "service") }),
      }}
    >
      {mine.length > 0 && mine.every(isDaily) ? (
        <DailyReport />
      ) : (
        <>
          <BuyChoosers state={state} set={set} />
          <BuyOffers state={state} set={set} version={version} currency={stand.owned.currency} />
          {found.error ? (
            <Problem
              error={found.error}
              onRetry={() => void found.refetch()}
              title="Nothing can be recommended"
            />
          ) : !data ? (
            <div className={classes.body} aria-busy="true">
              <Skeleton height={120} radius={12} mb={16} />
              <Skeleton height={300} radius={12} />
            </div>
          ) : !one ? (
            <p className={classes.none}>No payer has usage in these days.</p>
          ) : (
            <>
              {mine.length > 1 && (
                <div className={buy.payer}>
                  <Select
                    size="xs"
                    label="Payer"
                    description="Commitments are shared within one payer’s organization, never across: each is a problem of its own."
                    data={mine.map(({ payer }) => ({ value: payer, label: stand.nameOf(payer) }))}
                    value={one.payer}
                    allowDeselect={false}
                    onChange={(payer) => payer && set({ of: payer, commitment: undefined }, true)}
                  />
                </div>
              )}
              <BuyResult
                key={`${one.payer} ${one.offer} ${one.term} ${one.payment} ${one.look_back.days}`}
                best={one}
                stand={stand}
                state={state}
                set={set}
                version={version}
              />
            </>
          )}
        </>
      )}
    </Section>
  );
}

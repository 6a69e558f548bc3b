import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { paths } from "../address/path-builder";
import { spanLabel } from "../lib/dates";
import { approximate } from "../lib/decimal";
import { Command } from "../ui/command";
import classes from "./buy.module.css";
import { BuyDetails } from "./buy-details";
import { BuyFacts } from "./buy-facts";
import { buyQuery, isDaily, isSingle, isUnpriced, targets } from "./buy-query";
import { CommitmentSlider } from "./commitment-slider";
import { daysOf } from "./owned-data";
import type { OwnedStand } from "./owned-stand";
import { DailyReport, NothingToCommit, PricesUnknown } from "./states";
import type { TabProps } from "./tab";
import type { Purchase } from "./types";
import { UnknownUsage } from "./unknown-usage";
import { usePlan } from "./use-plan";

interface Props extends Pick<TabProps, "state" | "set" | "version"> {
  best: Purchase;
  stand: OwnedStand;
}

/** The answer to one payer's problem: what to buy, what comes of it, and what it rests on. */
export function BuyResult({ best, stand, state, set, version }: Props) {
  const plans = targets(best);
  const chosen = plans.find((one) => one.key === state.of);
  const plan = chosen ?? plans[0];
  const commitment = chosen === undefined ? undefined : state.commitment;
  const answer = usePlan(plan, best, state, commitment, version);
  // An offer of one plan is what is dragged; of several, the plan is looked at alone.
  const shown = isSingle(best.offer) ? (answer.exact ?? best) : best;
  if (isDaily(best)) return <DailyReport />;
  const days = daysOf(best.look_back);
  if (approximate(best.on_demand) === 0) {
    return (
      <article className={classes.result} aria-label="Recommendation">
        <NothingToCommit
          what={`All usage of ${spanLabel(days.from, days.to)} that it fits was covered already, or there was none.`}
        />
      </article>
    );
  }
  if (isUnpriced(best)) {
    return (
      <article className={classes.result} aria-label="Recommendation">
        <PricesUnknown best={best} />
        <UnknownUsage shown={best} />
      </article>
    );
  }
  return (
    <article className={classes.result} aria-label="Recommendation">
      <BuyFacts
        shown={shown}
        isChosen={isSingle(best.offer) && commitment !== undefined}
        stale={isSingle(best.offer) && answer.pending}
      />
      {plan && (
        <CommitmentSlider
          key={plan.key}
          plans={plans}
          plan={plan}
          alone={!isSingle(best.offer)}
          answer={answer}
          commitment={commitment}
          stand={stand}
          onPlan={(key) => set({ of: key, commitment: undefined }, true)}
          onChoose={(next) => set({ commitment: next, of: plan.key }, true)}
        />
      )}
      <div className={classes.sentence}>
        <h3>To check by hand</h3>
        <Command text={shown.sentence} label="Sentence to check by hand" wrap />
        <Button
          component="a"
          href={planPath(state, isSingle(best.offer) ? commitment : undefined)}
          download
          variant="default"
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Purchase plan as CSV
        </Button>
      </div>
      <BuyDetails shown={shown} plan={plan} stand={stand} state={state} version={version} />
    </article>
  );
}

function planPath(state: TabProps["state"], commitment: string | undefined): string {
  const query = Object.entries({ ...buyQuery(state), ...(commitment && { commitment }) });
  return paths.purchasePlan(Object.fromEntries(query.map(([name, value]) => [name, String(value)])));
}

import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { accountQueries } from "../accounts/queries";
import { initialState } from "../address/state";
import { queries } from "../api/queries";
import { hasRole, useSession } from "../api/session";
import type { SharedCost } from "../api/types";
import { LinkButton } from "../ui/link-button";
import { PageHead } from "../ui/page-head";
import { Problem } from "../ui/problem";
import { RuleCard } from "../ui/rule-card";
import { useOverview } from "../ui/use-overview";
import { draftOf } from "./draft";
import { NoRules, RulesEditor, type Surroundings } from "./editor";
import { sharedCostQueries } from "./queries";
import { RuleSentence } from "./rule-editor";
import classes from "./shared-costs.module.css";

/** Costs that belong to nobody alone, such as support or a network account, and who bears them. */
export function SharedCostsPage() {
  const may = hasRole(useSession(), "editor");
  const { version } = useOverview();
  const found = useQuery(sharedCostQueries.all());
  const accounts = useQuery(accountQueries.all(version));
  const dimensions = useQuery(queries.dimensions(version));
  const failed = [found, accounts, dimensions].find((one) => one.error);
  const around: Surroundings = {
    dimensions: dimensions.data,
    accounts: (accounts.data?.accounts ?? []).map((one) => ({
      value: one.account_id,
      label: one.account === one.account_id ? one.account : `${one.account} (${one.account_id})`,
    })),
  };
  return (
    <>
      <PageHead
        title="Shared costs"
        lead="Who bears what belongs to nobody alone, rule by rule, in this order"
      />
      <div className={`card ${classes.note}`}>
        <p>
          Rules move cost from one account to others: totals never change. They are applied only where “Split
          shared costs” is switched on in Cost Analysis.
        </p>
        <LinkButton to="/" search={{ ...initialState, shared: true }} variant="default" size="xs">
          Show costs with the split
        </LinkButton>
      </div>
      {failed ? (
        <div className="card">
          <Problem error={failed.error} onRetry={() => void failed.refetch()} />
        </div>
      ) : !found.data || !accounts.data || !dimensions.data ? (
        <div aria-busy="true">
          <Skeleton height={320} radius={12} />
        </div>
      ) : may ? (
        <RulesEditor loaded={found.data} around={around} />
      ) : (
        <ReadOnlyRules rules={found.data.rules} around={around} />
      )}
    </>
  );
}

function ReadOnlyRules({ rules, around }: { rules: readonly SharedCost[]; around: Surroundings }) {
  if (rules.length === 0) {
    return (
      <div className="card">
        <NoRules />
      </div>
    );
  }
  return (
    <ol className={classes.rules} aria-label="Rules, in order">
      {draftOf(rules).map((rule, at) => (
        <RuleCard key={rule.id} at={at} count={rules.length} title={rule.name}>
          <RuleSentence rule={rule} {...around} />
        </RuleCard>
      ))}
    </ol>
  );
}

import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, memo, Suspense, useState } from "react";
import { queries } from "../api/queries";
import type { SavingsAccount } from "../api/types";
import { spanLabel } from "../lib/dates";
import { Problem } from "../ui/problem";
import { AccountAction, SavingsRange, savesMore, score } from "./efficiency";
import { Bar, Panel, PanelSkeleton } from "./panel";
import classes from "./panel.module.css";

// Loaded when the page is there; not with it.
const AllAccounts = lazy(() => import("./all-accounts").then((module) => ({ default: module.AllAccounts })));

interface Props {
  version: string;
  filter: string[];
  onAccount: (id: string) => void;
}

/** The ten accounts with the greatest additional savings, and how much of its savings each has already. */
export const EfficiencyPanel = memo(function EfficiencyPanel({ version, filter, onAccount }: Props) {
  const found = useQuery(queries.savings(version, filter));
  const [all, setAll] = useState(false);
  const { data } = found;
  const span = data?.efficiency;
  const note = data && span && `${spanLabel(span.from, span.to)}, ${data.currency}`;
  return (
    <Panel
      title="Top account spend efficiency"
      note={note ?? "\u00a0"}
      action={
        data &&
        data.accounts.length > 0 && (
          <Button
            className={classes.all ?? ""}
            variant="subtle"
            size="compact-sm"
            onClick={() => setAll(true)}
          >
            View all accounts
          </Button>
        )
      }
    >
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !data ? (
        <PanelSkeleton />
      ) : data.reckoning ? (
        <div className={classes.none} role="status">
          <Text fw={600}>Being reckoned</Text>
          <Text c="dimmed" size="sm">
            Every hour of the last 30 days is replayed; the figures come by themselves.
          </Text>
        </div>
      ) : data.accounts.length > 0 && data.accounts.every((one) => one.current === null) ? (
        <div className={classes.none}>
          <Text fw={600}>Not known</Text>
          <Text c="dimmed" size="sm">
            {data.assumptions[0]}
          </Text>
        </div>
      ) : data.accounts.length === 0 ? (
        <div className={classes.none}>
          <Text fw={600}>No account to judge yet</Text>
          <Text c="dimmed" size="sm">
            Savings are estimated from the last 30 complete days of usage.
          </Text>
        </div>
      ) : !data.accounts.some((one) => savesMore(one) || one.efficiency_percent !== null) ? (
        <div className={classes.none}>
          <Text fw={600}>Nothing to save was found</Text>
          <Text c="dimmed" size="sm">
            No account had compute in these 30 days that spot or commitments make cheaper.
          </Text>
        </div>
      ) : (
        <ol className={classes.rows}>
          {data.accounts.slice(0, 10).map((account) => (
            <Row key={account.account_id} account={account} currency={data.currency} onAccount={onAccount} />
          ))}
        </ol>
      )}
      <Suspense fallback={null}>
        {data && (
          <AllAccounts
            opened={all}
            savings={data}
            onClose={() => setAll(false)}
            onAccount={(id) => {
              setAll(false);
              onAccount(id);
            }}
          />
        )}
      </Suspense>
    </Panel>
  );
});

function judged({ efficiency_percent, additional_high }: SavingsAccount): string {
  if (efficiency_percent !== null) return "Current by potential savings";
  return additional_high === null
    ? "No price of what would be cheaper is known"
    : "Neither savings nor more to save";
}

interface RowProps {
  account: SavingsAccount;
  currency: string;
  onAccount: (id: string) => void;
}

function Row({ account, currency, onAccount }: RowProps) {
  const efficiency = account.efficiency_percent;
  return (
    <li className={`${classes.row} ${classes.efficiency}`}>
      <span className={classes.name} title={`${account.account}, ${account.account_id}`}>
        {account.account}
      </span>
      <Bar percent={efficiency ?? 0} kind="score" />
      <span className={`${classes.number} tabular`} title={judged(account)}>
        {score(efficiency)}
      </span>
      <span className={`${classes.number} ${classes.range} tabular`}>
        <SavingsRange account={account} currency={currency} />
      </span>
      <span className={`${classes.number} ${classes.action}`}>
        <AccountAction account={account} onAccount={onAccount} />
      </span>
    </li>
  );
}

import { Button, SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { hasRole, useSession } from "../api/session";
import { spanLabel } from "../lib/dates";
import { formatCount } from "../lib/quantity";
import { subsetQueries } from "../subsets/queries";
import { CurrencyChoice } from "../ui/currency-choice";
import { PageHead } from "../ui/page-head";
import { Problem } from "../ui/problem";
import { readSort, sortText } from "../ui/sort";
import { useOverview } from "../ui/use-overview";
import classes from "./accounts.module.css";
import { AccountsTable } from "./accounts-table";
import { type AccountRow, findRows } from "./find";
import { NameAccount } from "./name-account";
import { NamesDialog } from "./names-dialog";
import { accountQueries } from "./queries";
import { UnitTree } from "./unit-tree";

/** Every account that the data knows: what it is called and was called, where it belongs, and what it costs. */
export function AccountsPage() {
  const { view, q = "", sort, currency } = useSearch({ from: "/shell/allocation/accounts" });
  const navigate = useNavigate({ from: "/accounts" });
  type Chosen = { view?: string | undefined; q?: string | undefined; sort?: string | undefined };
  const set = (next: Chosen & { currency?: string }) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
  const { version, overview } = useOverview();
  const found = useQuery(accountQueries.all(version, currency));
  const subsets = useQuery(subsetQueries.all(version));
  const rows = useMemo(() => {
    const names = new Map(subsets.data?.subsets.map((one) => [one.id, one.name]));
    return (found.data?.accounts ?? []).map((one) => ({ ...one, subset: names.get(one.subset_id ?? "") }));
  }, [found.data, subsets.data]);
  // The address follows what is typed, and a step back in it is followed here.
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  const shown = useMemo(() => findRows(rows, text), [rows, text]);
  const mayName = hasRole(useSession(), "editor");
  const [naming, setNaming] = useState<AccountRow | "list">();
  const failed = found.error ? found : subsets.error ? subsets : undefined;
  const span = found.data?.span ? spanLabel(found.data.span.from, found.data.span.to) : "";
  return (
    <>
      <PageHead
        title="Accounts"
        lead={
          found.data
            ? `${formatCount(rows.length)} ${rows.length === 1 ? "account" : "accounts"} in the data. Amortized cost of the last 30 days${span && `, ${span}`}.`
            : "All accounts in the data"
        }
      >
        {mayName && found.data && (
          <Button variant="default" onClick={() => setNaming("list")}>
            Name accounts by a list
          </Button>
        )}
      </PageHead>
      <div className={`card ${classes.card}`}>
        <div className={classes.tools}>
          <TextInput
            className={classes.grow ?? ""}
            size="xs"
            leftSection={<IconSearch size={15} aria-hidden />}
            placeholder="Search by name, number, subset or unit"
            aria-label="Search accounts"
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              set({ q: event.currentTarget.value || undefined });
            }}
          />
          <SegmentedControl
            className={classes.view ?? ""}
            size="xs"
            aria-label="View"
            data={[
              { value: "list", label: "List" },
              { value: "units", label: "By organizational unit" },
            ]}
            value={view === "units" ? "units" : "list"}
            onChange={(next) => set({ view: next === "units" ? next : undefined })}
          />
          {overview.currencies.length > 1 && (
            <CurrencyChoice
              currencies={overview.currencies}
              value={found.data?.currency || (currency ?? overview.currency)}
              onChange={(next) => set({ currency: next })}
            />
          )}
        </div>
        {failed ? (
          <Problem error={failed.error} onRetry={() => void failed.refetch()} />
        ) : !found.data || !subsets.data ? (
          <div aria-busy="true">
            <Skeleton height={420} radius={0} />
          </div>
        ) : view === "units" ? (
          <UnitTree
            accounts={shown}
            known={rows.some((one) => one.organizational_unit !== null)}
            currency={found.data.currency}
          />
        ) : (
          <AccountsTable
            rows={shown}
            currency={found.data.currency}
            span={span}
            sort={readSort(sort, { column: "cost", descending: true })}
            onSort={(next) => set({ sort: sortText(next) })}
            onName={mayName ? setNaming : undefined}
          />
        )}
      </div>
      {naming === "list" ? (
        <NamesDialog accounts={rows} onClose={() => setNaming(undefined)} />
      ) : (
        naming && <NameAccount account={naming} onClose={() => setNaming(undefined)} />
      )}
    </>
  );
}

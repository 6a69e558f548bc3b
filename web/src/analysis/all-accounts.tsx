import { Pagination, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { Savings, SavingsAccount } from "../api/types";
import { spanLabel } from "../lib/dates";
import { compareDecimals } from "../lib/decimal";
import { formatCount } from "../lib/quantity";
import { Dialog } from "../ui/dialog";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { compareNames, type Sort, sorted } from "../ui/sort";
import { SortTable } from "../ui/sort-table";
import { AccountAction, SavingsRange, score } from "./efficiency";
import classes from "./panel.module.css";

interface Props {
  opened: boolean;
  savings: Savings;
  onClose: () => void;
  onAccount: (id: string) => void;
}

export function AllAccounts({ opened, savings, onClose, onAccount }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Account spend efficiency" size="min(1020px, 96vw)">
      <Table savings={savings} onAccount={onAccount} />
    </Dialog>
  );
}

const columns = [
  { id: "name", name: "Account" },
  { id: "cost", name: "Cost", kind: "number" },
  { id: "current", name: "Saved", kind: "number" },
  { id: "additional", name: "More to save", kind: "number" },
  { id: "efficiency", name: "Efficiency", kind: "number" },
  { id: "action", name: "Action", kind: "end", fixed: undefined },
] as const;

const orders: Record<string, (a: SavingsAccount, b: SavingsAccount) => number> = {
  name: (a, b) => compareNames(a.account, b.account),
  cost: (a, b) => compareDecimals(a.cost, b.cost),
  // What is not known comes after what is nothing.
  current: (a, b) => compareDecimals(a.current ?? "-1", b.current ?? "-1"),
  additional: (a, b) => compareDecimals(a.additional_high ?? "-1", b.additional_high ?? "-1"),
  // An account that cannot be judged is neither good nor bad: it comes after the worst.
  efficiency: (a, b) => (a.efficiency_percent ?? -1) - (b.efficiency_percent ?? -1),
};

const pageSize = 50;

/** Mounted with the dialog: search, order and page begin anew each time. */
function Table({ savings, onAccount }: Pick<Props, "savings" | "onAccount">) {
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState<Sort>({ column: "additional", descending: true });
  const [page, setPage] = useState(1);
  const { currency, efficiency } = savings;
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    const matching = savings.accounts.filter((one) =>
      `${one.account}\n${one.account_id}`.toLowerCase().includes(wanted),
    );
    return sorted(matching, sort, orders);
  }, [savings, search, sort]);
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const at = Math.min(page, pages);
  return (
    <>
      <Text size="sm" c="dimmed" mb={10}>
        {efficiency && spanLabel(efficiency.from, efficiency.to)}, {currency}. Efficiency is what is saved
        already, as a part of all that could be saved.
      </Text>
      <TextInput
        className={classes.search ?? ""}
        size="xs"
        placeholder="Search accounts"
        aria-label="Search accounts"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setPage(1);
        }}
        data-autofocus
      />
      <SortTable
        label="Account spend efficiency"
        columns={columns}
        sort={sort}
        onSort={(next) => {
          setSort(next);
          setPage(1);
        }}
      >
        {found.slice((at - 1) * pageSize, at * pageSize).map((one) => (
          <tr key={one.account_id}>
            <th scope="row">
              {one.account}
              <span className={listClasses.sub}>{one.account_id}</span>
            </th>
            <td className={listClasses.number}>
              <Money text={one.cost} currency={currency} />
            </td>
            <td className={listClasses.number}>
              {one.current === null ? "–" : <Money text={one.current} currency={currency} />}
            </td>
            <td className={listClasses.number}>
              <SavingsRange account={one} currency={currency} />
            </td>
            <td className={listClasses.number}>{score(one.efficiency_percent)}</td>
            <td className={listClasses.end}>
              <AccountAction account={one} onAccount={onAccount} />
            </td>
          </tr>
        ))}
      </SortTable>
      {found.length === 0 && <p className={listClasses.none}>No account matches this search.</p>}
      <div className={classes.foot}>
        <Text size="sm" c="dimmed">
          {formatCount(found.length)} {found.length === 1 ? "account" : "accounts"}
        </Text>
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={at}
            onChange={setPage}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
          />
        )}
      </div>
    </>
  );
}

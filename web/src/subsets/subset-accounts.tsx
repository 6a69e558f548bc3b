import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { accountLink } from "../accounts/account-link";
import type { SubsetDetails } from "../api/types";
import listClasses from "../ui/list-table.module.css";
import { compareNames, type Sort, sorted } from "../ui/sort";
import { SortTable } from "../ui/sort-table";
import { SumCells, sumColumns, sumOrders, type Terms } from "./sums";

type Row = SubsetDetails["accounts"][number];
const orders = { ...sumOrders, name: (a: Row, b: Row) => compareNames(a.account, b.account) };

/** The accounts of a subset, with the same figures as the subset itself. */
export function SubsetAccounts({ subset, terms }: { subset: SubsetDetails; terms: Terms }) {
  const [sort, setSort] = useState<Sort>({ column: "month", descending: true });
  const charged = subset.billing !== null;
  return (
    <SortTable
      label="Accounts of the subset"
      columns={[{ id: "name", name: "Account" }, ...sumColumns(terms, charged)]}
      sort={sort}
      onSort={setSort}
      foot={
        <tr>
          <th scope="row">Total</th>
          <SumCells sums={subset.sums} currency={terms.currency} charged={charged} />
        </tr>
      }
    >
      {sorted(subset.accounts, sort, orders).map((one) => (
        <tr key={one.account_id}>
          <th scope="row">
            <Link {...accountLink(one.account_id)}>{one.account}</Link>
            {one.account !== one.account_id && <span className={listClasses.sub}>{one.account_id}</span>}
          </th>
          <SumCells sums={one.sums} currency={terms.currency} charged={charged} />
        </tr>
      ))}
    </SortTable>
  );
}

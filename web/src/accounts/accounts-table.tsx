import { ActionIcon, Pagination } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { unassigned } from "../subsets/transfer";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { type Sort, sorted } from "../ui/sort";
import { type SortColumn, SortTable } from "../ui/sort-table";
import { accountLink } from "./account-link";
import classes from "./accounts.module.css";
import { type AccountRow, orders } from "./find";
import { earlierNames } from "./names";

interface Props {
  rows: readonly AccountRow[];
  currency: string;
  span: string;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** For those who may name accounts. */
  onName: ((row: AccountRow) => void) | undefined;
}

const pageSize = 50;

/** Accounts with their history; the name opens what an account is made of. */
export function AccountsTable({ rows, currency, span, sort, onSort, onName }: Props) {
  const [wanted, setWanted] = useState(1);
  const ordered = useMemo(() => sorted(rows, sort, orders), [rows, sort]);
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  const page = Math.min(wanted, pages);
  const columns: SortColumn[] = [
    { id: "name", name: "Account" },
    { id: "names", name: "Earlier names" },
    { id: "subset", name: "Subset" },
    { id: "unit", name: "Organizational unit" },
    { id: "cost", name: "Cost", note: [currency, span].filter(Boolean).join(", "), kind: "number" },
  ];
  return (
    <>
      <SortTable label="Accounts" columns={columns} sort={sort} onSort={onSort}>
        {ordered.slice((page - 1) * pageSize, page * pageSize).map((row) => (
          <tr key={row.account_id}>
            <th scope="row">
              <Link {...accountLink(row.account_id)}>{row.account}</Link>
              {onName && (
                <ActionIcon
                  className={classes.rename ?? ""}
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={`Name account ${row.account_id}`}
                  onClick={() => onName(row)}
                >
                  <IconPencil size={14} />
                </ActionIcon>
              )}
              {row.account !== row.account_id && <span className={listClasses.sub}>{row.account_id}</span>}
            </th>
            <td>
              <EarlierNames row={row} />
            </td>
            <td>
              {row.subset_id !== null && row.subset !== undefined ? (
                <Link to="/subsets/$id" params={{ id: row.subset_id }}>
                  {row.subset}
                </Link>
              ) : (
                unassigned
              )}
            </td>
            <td>{row.organizational_unit ?? "–"}</td>
            <td className={listClasses.number}>
              <Money text={row.cost} currency={currency} />
            </td>
          </tr>
        ))}
        {rows.length === 0 && (
          <tr>
            <td colSpan={columns.length} className={listClasses.none}>
              No account matches this search.
            </td>
          </tr>
        )}
      </SortTable>
      {pages > 1 && (
        <Pagination
          className={classes.pages}
          total={pages}
          value={page}
          onChange={setWanted}
          size="sm"
          getControlProps={(control) => ({ "aria-label": `${control} page` })}
        />
      )}
    </>
  );
}

function EarlierNames({ row }: { row: AccountRow }) {
  const names = earlierNames(row);
  if (names.length === 0) return "–";
  return (
    <ul className={classes.names}>
      {names.map((one) => (
        <li key={`${one.name} ${one.span}`}>
          {one.name}
          <span className={listClasses.sub}>{one.span}</span>
        </li>
      ))}
    </ul>
  );
}

import { Button, Checkbox, TextInput } from "@mantine/core";
import { IconSearch, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Subset, Subsets } from "../api/types";
import { counted, formatCount } from "../lib/quantity";
import listClasses from "../ui/list-table.module.css";
import { compareNames, type Sort, sorted } from "../ui/sort";
import { type SortColumn, SortTable } from "../ui/sort-table";
import { useOverview } from "../ui/use-overview";
import { RemoveSubsets } from "./remove-subsets";
import classes from "./subsets.module.css";
import { SumCells, sumColumns, sumOrders } from "./sums";
import { unassigned } from "./transfer";

const orders = { ...sumOrders, name: (a: Subset, b: Subset) => compareNames(a.name, b.name) };

/** The list with its sums; editors tick several to delete them at once. */
export function SubsetsTable({ found, may }: { found: Subsets; may: boolean }) {
  const { subsets, unassigned: rest, whole, currency } = found;
  const { part } = useOverview().overview;
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState<Sort>({ column: "name", descending: false });
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [removing, setRemoving] = useState(false);
  const charged = subsets.some((one) => one.billing !== null);
  const wanted = search.trim().toLowerCase();
  const rows = sorted(
    subsets.filter((one) => one.name.toLowerCase().includes(wanted)),
    sort,
    orders,
  );
  // What somebody else deleted meanwhile is not selected any more.
  const selected = subsets.filter((one) => ticked.has(one.id));
  const all = rows.length > 0 && rows.every((one) => ticked.has(one.id));
  const tick = (ids: readonly string[], on: boolean) => {
    const next = new Set(ticked);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    setTicked(next);
  };
  const columns: SortColumn[] = [
    ...(may
      ? [
          {
            id: "tick",
            name: "Select",
            fixed: (
              <Checkbox
                size="xs"
                aria-label="Select all subsets"
                checked={all}
                indeterminate={!all && selected.length > 0}
                onChange={(event) =>
                  tick(
                    rows.map((one) => one.id),
                    event.currentTarget.checked,
                  )
                }
              />
            ),
          },
        ]
      : []),
    { id: "name", name: "Name" },
    { id: "accounts", name: "Accounts", kind: "number" },
    ...sumColumns(found, charged),
  ];
  return (
    <>
      <div className={classes.tools}>
        <TextInput
          className={classes.grow ?? ""}
          size="xs"
          leftSection={<IconSearch size={15} aria-hidden />}
          placeholder={`Search ${counted(subsets.length, "subset")}`}
          aria-label="Search subsets"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {selected.length > 0 && (
          <div className={classes.selected}>
            <span role="status">{formatCount(selected.length)} selected</span>
            <Button size="xs" variant="default" onClick={() => setTicked(new Set())}>
              Clear
            </Button>
            <Button
              size="xs"
              className="danger"
              leftSection={<IconTrash size={15} aria-hidden />}
              onClick={() => setRemoving(true)}
            >
              Delete
            </Button>
          </div>
        )}
      </div>
      <SortTable
        label="Subsets"
        columns={columns}
        sort={sort}
        onSort={setSort}
        foot={
          <>
            {/* Who sees chosen subsets sees no account that is in none. */}
            {!part && (
              <tr>
                {may && <td />}
                <th scope="row">
                  <Link to="/accounts" search={{ view: undefined, q: unassigned, sort: undefined }}>
                    {unassigned}
                  </Link>
                </th>
                <td className={listClasses.number}>{formatCount(rest.accounts)}</td>
                <SumCells sums={rest} currency={currency} charged={charged} />
              </tr>
            )}
            <tr>
              {may && <td />}
              <th scope="row">{part ? "All that you may see" : "Whole organization"}</th>
              <td className={listClasses.number}>{formatCount(whole.accounts)}</td>
              <SumCells sums={whole} currency={currency} charged={charged} />
            </tr>
          </>
        }
      >
        {rows.map((one) => (
          <tr key={one.id}>
            {may && (
              <td className={classes.box}>
                <Checkbox
                  size="xs"
                  aria-label={`Select ${one.name}`}
                  checked={ticked.has(one.id)}
                  onChange={(event) => tick([one.id], event.currentTarget.checked)}
                />
              </td>
            )}
            <th scope="row">
              <Link to="/subsets/$id" params={{ id: one.id }}>
                {one.name}
              </Link>
            </th>
            <td className={listClasses.number}>{formatCount(one.sums.accounts)}</td>
            <SumCells sums={one.sums} currency={currency} charged={charged} />
          </tr>
        ))}
        {rows.length === 0 && (
          <tr>
            <td colSpan={columns.length} className={listClasses.none}>
              No subset has this name.
            </td>
          </tr>
        )}
      </SortTable>
      <RemoveSubsets
        subsets={selected}
        opened={removing}
        onClose={() => setRemoving(false)}
        onRemoved={() => {
          setRemoving(false);
          setTicked(new Set());
        }}
      />
    </>
  );
}

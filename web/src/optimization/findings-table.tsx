import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatExact } from "../lib/money";
import listClasses from "../ui/list-table.module.css";
import type { Sort } from "../ui/sort";
import { type SortColumn, SortTable } from "../ui/sort-table";
import { resourceOf } from "./finding-rows";
import { rowsAt } from "./rows-link";
import classes from "./table.module.css";
import type { Finding } from "./types";
import { confidenceTone, dayOf, rangeText, shortId } from "./words";

const columns: SortColumn[] = [
  { id: "resource", name: "Resource" },
  { id: "rule", name: "What was found" },
  { id: "account", name: "Account" },
  { id: "region", name: "Region" },
  { id: "monthly", name: "A month", note: "low – high", kind: "number" },
  { id: "confidence", name: "Confidence" },
  { id: "actions", name: "Rows and actions", kind: "end", fixed: undefined },
];

interface Props {
  rows: readonly Finding[];
  titleOf: (rule: number) => string;
  currency: string;
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Undefined where it may not be done. */
  onDismiss: ((finding: Finding) => void) | undefined;
  onRestore: ((finding: Finding) => void) | undefined;
}

export function FindingsTable({ rows, titleOf, currency, sort, onSort, onDismiss, onRestore }: Props) {
  return (
    <div className={classes.dense}>
      <SortTable label="Findings, table" columns={columns} sort={sort} onSort={onSort}>
        {rows.map((one) => (
          <tr
            key={`${one.rule} ${one.account_id} ${one.region} ${one.resource_id}`}
            data-out={one.dismissed !== null}
          >
            <th scope="row" className={classes.wide} title={one.resource_id ?? undefined}>
              {resourceOf(one)}
              {one.resource_id !== null && shortId(one.resource_id) !== resourceOf(one) && (
                <span className={listClasses.sub}>{shortId(one.resource_id)}</span>
              )}
            </th>
            <td className={classes.text}>
              {titleOf(one.rule)}
              <span className={listClasses.sub}>
                {one.dismissed
                  ? `Dismissed by ${one.dismissed.by}${one.dismissed.until ? ` until ${dayOf(one.dismissed.until)}` : ""}: ${one.dismissed.reason}`
                  : one.evidence}
              </span>
            </td>
            <td className={classes.account}>
              {one.account ?? one.account_id}
              {one.account !== null && one.account !== one.account_id && (
                <span className={listClasses.sub}>{one.account_id}</span>
              )}
            </td>
            <td className={listClasses.nowrap}>{one.region ?? "–"}</td>
            <td
              className={listClasses.number}
              title={
                one.monthly === null
                  ? (one.unknown ?? "Its price is not known")
                  : `${formatExact(one.monthly_low ?? one.monthly, currency)} – ${formatExact(one.monthly, currency)}`
              }
            >
              {one.monthly === null ? (
                <>
                  not known
                  {one.unknown && <span className={classes.why}>{one.unknown}</span>}
                </>
              ) : (
                rangeText(one.monthly_low, one.monthly, currency)
              )}
              {one.monthly !== null && !one.counted && !one.dismissed && (
                <span className={classes.why}>counted by another rule</span>
              )}
            </td>
            <td>
              <span className={classes.badge} data-tone={confidenceTone(one.confidence)}>
                {one.confidence}
              </span>
            </td>
            <td className={listClasses.end}>
              {one.explain && (
                <Link to="/" search={rowsAt(one.explain)} aria-label={`Show rows of ${resourceOf(one)}`}>
                  Show rows
                </Link>
              )}{" "}
              {one.dismissed
                ? onRestore && (
                    <Button
                      variant="subtle"
                      size="compact-xs"
                      aria-label={`Take back the dismissal of ${resourceOf(one)}`}
                      onClick={() => onRestore(one)}
                    >
                      Take back
                    </Button>
                  )
                : onDismiss && (
                    <Button
                      variant="subtle"
                      size="compact-xs"
                      aria-label={`Dismiss ${titleOf(one.rule)} of ${resourceOf(one)}`}
                      onClick={() => onDismiss(one)}
                    >
                      Dismiss
                    </Button>
                  )}
            </td>
          </tr>
        ))}
      </SortTable>
    </div>
  );
}

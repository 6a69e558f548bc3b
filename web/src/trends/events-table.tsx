import { Checkbox } from "@mantine/core";
import { IconMessage, IconShieldExclamation } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { dayLabel } from "../lib/dates";
import { moneyRange } from "../lib/money";
import { counted } from "../lib/quantity";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import type { Sort } from "../ui/sort";
import { type SortColumn, SortTable } from "../ui/sort-table";
import { EventChange } from "./event-change";
import { SeverityBadge, StatusBadge } from "./severity-badge";
import classes from "./trends.module.css";
import type { TrendEvent } from "./types";
import { eventDays, kindSentences, kindWords, verdictWords } from "./words";

interface Props {
  label: string;
  events: readonly TrendEvent[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Chosen ones, by id; undefined where nothing can be done with several. */
  ticked: ReadonlySet<string> | undefined;
  onTick: (ids: readonly string[], on: boolean) => void;
  /** Figures of another question, until those of this one are there. */
  stale: boolean;
}

const columns = (tick: SortColumn[]): SortColumn[] => [
  ...tick,
  { id: "title", name: "Event" },
  { id: "account", name: "Account" },
  { id: "resource", name: "Resource", fixed: "Resource" },
  { id: "definitions", name: "Found by", fixed: "Found by" },
  { id: "expected", name: "Expected", note: "regular range", kind: "number", fixed: "Expected" },
  { id: "cost", name: "Cost", kind: "number" },
  { id: "change_percent", name: "Change", kind: "number" },
  { id: "raised_on", name: "When" },
  { id: "severity", name: "Severity" },
  { id: "status", name: "Status" },
];

/** Events with their figures, in the order that the server gives them. */
export function EventsTable({ label, events, sort, onSort, ticked, onTick, stale }: Props) {
  const all = events.length > 0 && events.every((one) => ticked?.has(one.id));
  const some = events.some((one) => ticked?.has(one.id));
  const tick: SortColumn[] = ticked
    ? [
        {
          id: "tick",
          name: "Select",
          fixed: (
            <Checkbox
              size="xs"
              aria-label="Select all events of this page"
              checked={all}
              indeterminate={!all && some}
              onChange={(event) =>
                onTick(
                  events.map((one) => one.id),
                  event.currentTarget.checked,
                )
              }
            />
          ),
        },
      ]
    : [];
  return (
    <div className={classes.events} data-stale={stale} aria-busy={stale}>
      <SortTable label={label} columns={columns(tick)} sort={sort} onSort={onSort}>
        {events.map((event) => (
          <tr key={event.id} data-ticked={ticked?.has(event.id)}>
            {ticked && (
              <td>
                <Checkbox
                  size="xs"
                  aria-label={`Select ${event.title}`}
                  checked={ticked.has(event.id)}
                  onChange={(change) => onTick([event.id], change.currentTarget.checked)}
                />
              </td>
            )}
            <EventCells event={event} />
          </tr>
        ))}
      </SortTable>
    </div>
  );
}

function EventCells({ event }: { event: TrendEvent }) {
  const [first, ...others] = event.definitions;
  return (
    <>
      <th scope="row" className={classes.title}>
        <Link to="/trends/events/$id" params={{ id: event.id }}>
          {event.title}
        </Link>
        <span className={listClasses.sub}>
          <span title={kindSentences[event.kind]}>{kindWords[event.kind]}</span> · {event.id}
          {event.comments > 0 && (
            <span className={classes.count} title={counted(event.comments, "comment")}>
              <IconMessage size={13} aria-hidden /> {event.comments}
              <span className="hidden"> {event.comments === 1 ? "comment" : "comments"}</span>
            </span>
          )}
          {event.hint === "security" && (
            <span className={classes.security}>
              <IconShieldExclamation size={13} aria-hidden /> Security hint
            </span>
          )}
        </span>
      </th>
      <td className={classes.account}>
        {event.account_id === null ? (
          <span className={classes.none}>All accounts</span>
        ) : (
          <>
            {event.account_name || event.account_id}
            {event.account_name && <span className={listClasses.sub}>{event.account_id}</span>}
          </>
        )}
      </td>
      <td className={classes.resource}>{event.service ?? event.object_words}</td>
      <td className={classes.found}>
        {first?.name ?? "–"}
        {others.length > 0 && (
          <span className={listClasses.sub} title={others.map((one) => one.name).join(", ")}>
            and {counted(others.length, "other")}
          </span>
        )}
      </td>
      <td className={listClasses.number}>
        {event.kind === "no_data" ? "–" : moneyRange(event.expected_low, event.expected_high, event.currency)}
      </td>
      <td className={listClasses.number}>
        <Money text={event.cost} currency={event.currency} />
      </td>
      <td className={listClasses.number}>
        <EventChange event={event} />
      </td>
      <td className={listClasses.nowrap}>
        {eventDays(event)}
        <span className={listClasses.sub}>found {dayLabel(event.raised_on)}</span>
      </td>
      <td>
        <SeverityBadge severity={event.severity} />
      </td>
      <td className={listClasses.nowrap}>
        <StatusBadge event={event} />
        {event.verdict && <span className={listClasses.sub}>{verdictWords(event.verdict)}</span>}
      </td>
    </>
  );
}

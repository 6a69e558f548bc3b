import { IconChevronRight, IconSitemap } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from "react";
import { formatCount } from "../lib/quantity";
import { Empty } from "../ui/empty";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { accountLink } from "./account-link";
import classes from "./accounts.module.css";
import type { AccountRow } from "./find";
import { type TreeRow, treeMove, treeRows, unitTree } from "./tree";

interface Props {
  /** Those that match the search. */
  accounts: readonly AccountRow[];
  /** Whether the unit of any account is known at all. */
  known: boolean;
  currency: string;
}

/** Accounts below their organizational units, each unit with the sum of what is below it. */
export function UnitTree({ accounts, known, currency }: Props) {
  const units = useMemo(() => unitTree(accounts), [accounts]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => treeRows(units, closed), [units, closed]);
  const [stop, setStop] = useState<string>();
  const tree = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  if (!known) return <UnknownUnits />;
  if (accounts.length === 0) return <p className={listClasses.none}>No account matches this search.</p>;
  const toggle = (id: string, open: boolean) => {
    const next = new Set(closed);
    if (open) next.delete(id);
    else next.add(id);
    setClosed(next);
  };
  // One stop for the tab key: the row that had the focus last, while it is there.
  const current = rows.some((row) => row.id === stop) ? stop : rows[0]?.id;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset.row;
    const at = rows.findIndex((row) => row.id === id);
    const account = rows[at]?.account;
    if (account && event.key === "Enter") {
      event.preventDefault();
      void navigate(accountLink(account.account_id));
      return;
    }
    const move = treeMove(rows, at, event.key);
    if (!move) return;
    event.preventDefault();
    if (move.open) toggle(move.open, true);
    if (move.close) toggle(move.close, false);
    if (move.focus)
      tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(move.focus)}"]`)?.focus();
  };
  return (
    <div
      className={`${classes.tree} tabular`}
      role="tree"
      aria-label="Accounts by organizational unit"
      ref={tree}
      onKeyDown={onKeyDown}
    >
      {rows.map((row) => (
        <Item
          key={row.id}
          row={row}
          currency={currency}
          stop={row.id === current}
          onFocus={() => setStop(row.id)}
          onToggle={() => toggle(row.id, !row.expanded)}
        />
      ))}
    </div>
  );
}

interface ItemProps {
  row: TreeRow;
  currency: string;
  stop: boolean;
  onFocus: () => void;
  onToggle: () => void;
}

function Item({ row, currency, stop, onFocus, onToggle }: ItemProps) {
  const { unit, account } = row;
  const name = unit?.name ?? account?.account ?? "";
  const detail = unit
    ? `${formatCount(unit.count)} ${unit.count === 1 ? "account" : "accounts"}`
    : account?.account === account?.account_id
      ? ""
      : account?.account_id;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all its rows
    <div
      className={classes.item}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={unit ? row.expanded : undefined}
      data-row={row.id}
      tabIndex={stop ? 0 : -1}
      style={{ "--level": row.level } as CSSProperties}
      onFocus={onFocus}
      onClick={unit ? onToggle : undefined}
    >
      {unit ? (
        <IconChevronRight className={classes.chevron} size={16} aria-hidden />
      ) : (
        <span className={classes.leaf} />
      )}
      <span className={classes.words}>
        {account ? (
          <Link {...accountLink(account.account_id)} tabIndex={-1}>
            {name}
          </Link>
        ) : (
          <span className={classes.unit}>{name}</span>
        )}
        {detail && <span className={classes.sub}>{detail}</span>}
      </span>
      <span className={classes.cost}>
        <Money text={(unit ?? account)?.cost ?? null} currency={currency} />
      </span>
    </div>
  );
}

function UnknownUnits() {
  return (
    <Empty
      icon={IconSitemap}
      title="The organizational units are not known"
      text={
        <>
          Reports do not name them: they come from AWS Organizations, which the role of the connection may not
          list. It needs <code>organizations:ListRoots</code>,{" "}
          <code>organizations:ListOrganizationalUnitsForParent</code> and{" "}
          <code>organizations:ListAccountsForParent</code> in the management account. The newest template of
          the connection, under Connections, has them: update its stack, then verify again.
        </>
      }
    />
  );
}

import { Button, TextInput } from "@mantine/core";
import { IconMinus, IconPlus, IconSearch } from "@tabler/icons-react";
import { type MouseEvent, useId, useRef, useState } from "react";
import type { Account } from "../api/types";
import { formatCount } from "../lib/quantity";
import { findAccounts, transferSentence } from "./transfer";
import classes from "./transfer-list.module.css";

interface Props {
  accounts: readonly Account[];
  /** Name of the other subset that an account belongs to, by account. */
  home: ReadonlyMap<string, string>;
  before: readonly string[];
  value: readonly string[];
  onChange: (value: string[]) => void;
}

/** More rows than this are not read but searched. */
const mostRows = 200;

/** All accounts on one side, those of the subset on the other; a click moves one over. */
export function TransferList({ accounts, home, before, value, onChange }: Props) {
  const [search, setSearch] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const inside = new Set(value);
  const found = findAccounts(accounts, search, home);
  const others = found.filter((one) => !inside.has(one.account_id));
  const own = found.filter((one) => inside.has(one.account_id));
  const add = (moving: readonly Account[]) => onChange([...value, ...moving.map((one) => one.account_id)]);
  const remove = (moving: readonly Account[]) => {
    const gone = new Set(moving.map((one) => one.account_id));
    onChange(value.filter((id) => !gone.has(id)));
  };
  const pane = { home, onLast: () => field.current?.focus() };
  return (
    <div>
      <TextInput
        ref={field}
        leftSection={<IconSearch size={16} aria-hidden />}
        placeholder="Search by name, number or subset"
        aria-label="Search accounts"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
      />
      <div className={classes.panes}>
        <Pane {...pane} title="Other accounts" action="Add" accounts={others} onMove={add} />
        <Pane {...pane} title="In this subset" action="Remove" accounts={own} onMove={remove} />
      </div>
      <p className={classes.sum} role="status">
        {transferSentence(before, value, home)}
      </p>
    </div>
  );
}

interface PaneProps {
  title: string;
  action: "Add" | "Remove";
  accounts: readonly Account[];
  home: ReadonlyMap<string, string>;
  onMove: (accounts: readonly Account[]) => void;
  /** The last row moved away: the focus needs another place. */
  onLast: () => void;
}

function Pane({ title, action, accounts, home, onMove, onLast }: PaneProps) {
  const id = useId();
  // The row goes, and the focus with it: the next one takes it, so that Enter moves one after the other.
  const move = (event: MouseEvent<HTMLButtonElement>, account: Account) => {
    const row = event.currentTarget.closest("li");
    const next = (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector("button");
    onMove([account]);
    if (next) next.focus();
    else onLast();
  };
  return (
    <section className={classes.pane} aria-labelledby={id}>
      <div className={classes.head}>
        <h3 id={id}>
          {title} ({formatCount(accounts.length)})
        </h3>
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={accounts.length === 0}
          onClick={() => onMove(accounts)}
        >
          {action} all<span className="hidden"> that are listed</span>
        </Button>
      </div>
      <ul className={classes.list} aria-labelledby={id}>
        {accounts.slice(0, mostRows).map((one) => (
          <li key={one.account_id}>
            <button type="button" className={classes.account} onClick={(event) => move(event, one)}>
              {action === "Add" ? <IconPlus size={16} aria-hidden /> : <IconMinus size={16} aria-hidden />}
              <span className="hidden">{action}</span>
              <span className={classes.words}>
                <span className={classes.name}>{one.account}</span>
                <span className={classes.sub}>
                  {one.account_id}
                  <Home name={home.get(one.account_id)} inside={action === "Remove"} />
                </span>
              </span>
            </button>
          </li>
        ))}
        {accounts.length === 0 && <li className={classes.none}>No account here matches.</li>}
        {accounts.length > mostRows && (
          <li className={classes.none}>
            The first {formatCount(mostRows)} are listed: search finds the others.
          </li>
        )}
      </ul>
    </section>
  );
}

function Home({ name, inside }: { name: string | undefined; inside: boolean }) {
  if (name === undefined) return inside ? null : " · unassigned";
  return inside ? (
    <span className={classes.moves}> · moves here from {name}</span>
  ) : (
    ` · in ${name}, would move`
  );
}

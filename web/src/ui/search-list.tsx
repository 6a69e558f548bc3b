import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { FormEvent, KeyboardEvent, ReactNode } from "react";
import classes from "./search-list.module.css";

interface Props {
  label: string;
  text: string;
  onText: (text: string) => void;
  /** `SearchOption`s. */
  children: ReactNode;
  /** Said when the search leaves nothing. */
  none?: string | undefined;
}

/** A list to choose from, searched as one types. Arrow keys walk through it, Enter takes the first hit. */
export function SearchList({ label, text, onText, children, none }: Props) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (text.trim()) event.currentTarget.querySelector<HTMLElement>("[data-option]")?.click();
  };
  const walk = (event: KeyboardEvent<HTMLFormElement>) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("input, [data-option]")];
    const here = event.target as HTMLElement;
    const stop = here.closest("li")?.querySelector<HTMLElement>("[data-option]") ?? here;
    stops[stops.indexOf(stop) + step]?.focus();
  };
  return (
    <form onSubmit={submit} onKeyDown={walk}>
      <TextInput
        placeholder={`Search ${label.toLowerCase()}`}
        aria-label={`Search ${label.toLowerCase()}`}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        data-autofocus
        autoComplete="off"
      />
      <ul className={classes.list} aria-label={label}>
        {children}
      </ul>
      {none && (
        <div className={classes.none} role="status">
          {none}
        </div>
      )}
    </form>
  );
}

interface OptionProps {
  name: string;
  note?: string | undefined;
  chosen: boolean;
  onChoose: () => void;
  /** What else can be done with it. */
  children?: ReactNode;
}

export function SearchOption({ name, note, chosen, onChoose, children }: OptionProps) {
  return (
    <li className={classes.row}>
      <button
        type="button"
        className={classes.option}
        data-option
        aria-current={chosen ? "true" : undefined}
        title={name}
        onClick={onChoose}
      >
        <span className={classes.name}>{name}</span>
        {note && <span className={classes.note}>{note}</span>}
      </button>
      {children}
    </li>
  );
}

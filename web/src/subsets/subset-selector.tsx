import { Skeleton } from "@mantine/core";
import { IconFolders } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Named } from "../address/tabs";
import { hasRole, useSession } from "../api/session";
import { Chip } from "../filters/chip";
import { counted } from "../lib/quantity";
import { Problem } from "../ui/problem";
import { SearchList, SearchOption } from "../ui/search-list";
import listClasses from "../ui/search-list.module.css";
import { useOverview } from "../ui/use-overview";
import { subsetQueries } from "./queries";
import classes from "./subsets.module.css";
import { unassigned } from "./transfer";

interface Props {
  /** Identifier of a subset, empty for what is in none; undefined is everything. */
  value: string | undefined;
  /** Subsets, for their names. */
  known: readonly Named[] | undefined;
  onChange: (value: string | undefined) => void;
}

/** Narrows a page to one subset. */
export function SubsetSelector({ value, known, onChange }: Props) {
  const [opened, setOpened] = useState(false);
  const choose = (next: string | undefined) => {
    setOpened(false);
    onChange(next);
  };
  const name = value === "" ? unassigned : known?.find((one) => one.id === value)?.name;
  return (
    <Chip
      label="Subset"
      value={value === undefined ? "Everything" : (name ?? "…")}
      active={value !== undefined}
      opened={opened}
      onOpened={setOpened}
      icon={<IconFolders size={16} aria-hidden className={classes.icon} />}
      width="min(340px, calc(100vw - 24px))"
    >
      <Choices value={value} onChoose={choose} />
    </Chip>
  );
}

/** Mounted with the panel: nobody waits for sums of subsets who does not ask for any. */
function Choices({
  value,
  onChoose,
}: {
  value: string | undefined;
  onChoose: (value: string | undefined) => void;
}) {
  const may = hasRole(useSession(), "editor");
  const { version } = useOverview();
  const found = useQuery(subsetQueries.all(version));
  const [text, setText] = useState("");
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) {
    return (
      <div className={classes.skeleton} aria-busy="true">
        <Skeleton height={34} />
        <Skeleton height={40} />
        <Skeleton height={40} />
      </div>
    );
  }
  const { subsets, unassigned: rest, whole } = found.data;
  const accounts = (count: number) => counted(count, "account");
  const choices = [
    { name: "Everything", value: undefined, count: whole.accounts },
    ...subsets.map((one) => ({ name: one.name, value: one.id, count: one.sums.accounts })),
    { name: unassigned, value: "", count: rest.accounts },
  ];
  const wanted = text.trim().toLowerCase();
  const shown = choices.filter((one) => one.name.toLowerCase().includes(wanted));
  return (
    <>
      <SearchList
        label="Subsets"
        text={text}
        onText={setText}
        none={shown.length === 0 ? "No subset has this name." : undefined}
      >
        {shown.map((one) => (
          <SearchOption
            key={one.value ?? "everything"}
            name={one.name}
            note={accounts(one.count)}
            chosen={one.value === value}
            onChoose={() => onChoose(one.value)}
          />
        ))}
      </SearchList>
      <div className={listClasses.foot}>
        <span>{subsets.length === 0 && "Subsets are named groups of accounts."}</span>
        <Link to="/subsets">{may ? "Manage subsets" : "All subsets"}</Link>
      </div>
    </>
  );
}

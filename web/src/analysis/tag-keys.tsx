import { Button, MultiSelect, Switch } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { hasRole, useSession } from "../api/session";
import classes from "./page.module.css";

// Behind a click.
const Spellings = lazy(() => import("./spellings").then((module) => ({ default: module.Spellings })));

interface Props {
  /** Every key that the data has. */
  known: readonly string[];
  keys: readonly string[];
  mergeCase: boolean;
  onKeys: (keys: string[]) => void;
  onMergeCase: (merge: boolean) => void;
}

/** The keys that the tag tab breaks down by, one column of values each. */
export function TagKeys({ known, keys, mergeCase, onKeys, onMergeCase }: Props) {
  const [spelling, setSpelling] = useState<string>();
  const mayDefine = hasRole(useSession(), "editor");
  // A key from an address stays though no row in view carries it.
  const data = [...known, ...keys.filter((key) => !known.includes(key))];
  return (
    <div className={classes.names}>
      <label htmlFor="tag-keys">Tag keys</label>
      <MultiSelect
        id="tag-keys"
        className={classes.keys ?? ""}
        size="xs"
        searchable
        hidePickedOptions
        limit={200}
        nothingFoundMessage="No such tag key"
        data={data}
        value={[...keys]}
        onChange={onKeys}
      />
      <Switch
        size="xs"
        label="Merge upper and lower case"
        title="And blanks around values, and spellings that stand for one value"
        checked={mergeCase}
        onChange={(event) => onMergeCase(event.currentTarget.checked)}
      />
      {mergeCase &&
        mayDefine &&
        keys.map((key) => (
          <Button key={key} variant="subtle" size="compact-xs" onClick={() => setSpelling(key)}>
            Spellings{keys.length > 1 && ` of ${key}`}
          </Button>
        ))}
      <Suspense fallback={null}>
        {spelling !== undefined && <Spellings tagKey={spelling} onClose={() => setSpelling(undefined)} />}
      </Suspense>
    </div>
  );
}

import { MultiSelect, Switch } from "@mantine/core";
import classes from "./page.module.css";

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
        checked={mergeCase}
        onChange={(event) => onMergeCase(event.currentTarget.checked)}
      />
    </div>
  );
}

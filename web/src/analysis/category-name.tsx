import { Select } from "@mantine/core";
import classes from "./page.module.css";

interface Props {
  known: readonly string[];
  name: string;
  onName: (name: string) => void;
}

/** The cost category that its tab breaks down by. */
export function CategoryName({ known, name, onName }: Props) {
  return (
    <div className={classes.names}>
      <label htmlFor="category-name">Cost category</label>
      <Select
        id="category-name"
        size="xs"
        searchable
        allowDeselect={false}
        data={known.includes(name) ? [...known] : [...known, name]}
        value={name}
        onChange={(next) => next !== null && onName(next)}
      />
    </div>
  );
}

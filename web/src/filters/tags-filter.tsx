import { Skeleton } from "@mantine/core";
import { useState } from "react";
import type { Filter } from "../address/filter";
import { tagDimension } from "../address/tabs";
import type { Dimensions } from "../api/types";
import { SearchList, SearchOption } from "../ui/search-list";
import { Chip } from "./chip";
import { freeTagKeys } from "./dimensions";

interface Props {
  dimensions: Dimensions | undefined;
  filters: readonly Filter[];
  /** Dimensions that have a chip of their own. */
  shown: ReadonlySet<string>;
  onAdd: (dimension: string) => void;
}

/** Tags are chosen by key first; a chip for the values of that key then opens beside this one. */
export function TagsFilter({ dimensions, filters, shown, onAdd }: Props) {
  const [opened, setOpened] = useState(false);
  const used = filters.filter((one) => /^(merged_)?tag:/.test(one.dimension)).length;
  const choose = (key: string) => {
    setOpened(false);
    onAdd(tagDimension(key, false));
  };
  return (
    <Chip
      label="Tags"
      value={used === 0 ? "All" : `${used} of ${dimensions?.tag_keys.length ?? used} keys`}
      active={used > 0}
      opened={opened}
      onOpened={setOpened}
    >
      {dimensions ? (
        <Keys keys={freeTagKeys(dimensions, shown)} onChoose={choose} />
      ) : (
        <div aria-busy="true">
          <Skeleton height={180} />
        </div>
      )}
    </Chip>
  );
}

/** Mounted with the panel, so that the search is gone when it closes. */
function Keys({ keys, onChoose }: { keys: readonly string[]; onChoose: (key: string) => void }) {
  const [text, setText] = useState("");
  const found = keys.filter((key) => key.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <SearchList
      label="Tag keys"
      text={text}
      onText={setText}
      none={
        found.length > 0 ? undefined : keys.length > 0 ? "Nothing found." : "No other tag is in this data."
      }
    >
      {found.map((key) => (
        <SearchOption key={key} name={key} chosen={false} onChoose={() => onChoose(key)} />
      ))}
    </SearchList>
  );
}

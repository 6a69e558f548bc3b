import { Button, Skeleton } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Filter } from "../address/filter";
import { tagDimension } from "../address/tabs";
import { queries } from "../api/queries";
import type { Dimensions } from "../api/types";
import { SearchList, SearchOption } from "../ui/search-list";
import { Chip } from "./chip";
import { filterDimension, freeTagKeys } from "./dimensions";
import type { ValuesScope } from "./values-filter";
import { ValuesPanel } from "./values-panel";

interface Props {
  dimensions: Dimensions | undefined;
  filters: readonly Filter[];
  /** Dimensions that have a chip of their own. */
  shown: ReadonlySet<string>;
  scope: ValuesScope;
  onFilter: (filter: Filter) => void;
  /** It is about to be applied. */
  onAim: (filter: Filter) => void;
}

/** Tags are chosen by key first, then by value, in one panel; a restricted key has a chip of its own. */
export function TagsFilter({ dimensions, filters, shown, scope, onFilter, onAim }: Props) {
  const [opened, setOpened] = useState(false);
  const [draft, setDraft] = useState<Filter>();
  const used = filters.filter((one) => /^(carried_)?(merged_)?tag:/.test(one.dimension)).length;
  const leave = () => {
    setOpened(false);
    setDraft(undefined);
  };
  const apply = () => {
    if (draft && draft.values.length > 0) onFilter(draft);
    leave();
  };
  const choose = (key: string) =>
    setDraft({ dimension: tagDimension(key, false), exclude: false, values: [] });
  return (
    <Chip
      label="Tags"
      value={used === 0 ? "All" : `${used} of ${dimensions?.tag_keys.length ?? used} keys`}
      active={used > 0}
      opened={opened}
      onOpened={(next) => (next ? setOpened(true) : apply())}
    >
      {!dimensions ? (
        <div aria-busy="true">
          <Skeleton height={180} />
        </div>
      ) : draft ? (
        <Values
          draft={draft}
          scope={scope}
          onDraft={setDraft}
          onApply={apply}
          onAim={() => onAim(draft)}
          onCancel={leave}
          onBack={() => setDraft(undefined)}
        />
      ) : (
        <Keys keys={freeTagKeys(dimensions, shown)} onChoose={choose} />
      )}
    </Chip>
  );
}

interface ValuesProps {
  draft: Filter;
  scope: ValuesScope;
  onDraft: (filter: Filter) => void;
  onApply: () => void;
  onAim: () => void;
  onCancel: () => void;
  onBack: () => void;
}

/** The values of the key that was chosen, where it was chosen. */
function Values({ onBack, ...panel }: ValuesProps) {
  const dimension = filterDimension(panel.draft.dimension);
  const { version, from, to, metric } = panel.scope;
  const known = useQuery(queries.values(version, dimension.name, { from, to, metric, limit: 500 }));
  const back = useRef<HTMLButtonElement>(null);
  const loaded = known.data !== undefined;
  // The panel grows with what is in it: all of it stays on the screen.
  useEffect(() => {
    if (loaded) back.current?.closest("[role=dialog]")?.scrollIntoView({ block: "nearest" });
  }, [loaded]);
  return (
    <>
      <Button
        ref={back}
        variant="subtle"
        size="compact-xs"
        mb={6}
        leftSection={<IconArrowLeft size={14} aria-hidden />}
        onClick={onBack}
      >
        Tag keys
      </Button>
      <ValuesPanel dimension={dimension} known={known.data?.values} {...panel} />
    </>
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

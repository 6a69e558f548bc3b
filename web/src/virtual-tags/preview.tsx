import { Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, useMemo } from "react";
import type { NewVirtualTag, TagPreview } from "../api/types";
import { spanLabel } from "../lib/dates";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { previewTag, type TagDraft } from "./draft";
import { virtualTagQueries } from "./queries";
import classes from "./virtual-tags.module.css";

/** What the rules would make of the last 30 days, while they are written. */
export function Preview({ draft }: { draft: TagDraft }) {
  const { version } = useOverview();
  // As text: an equal question is the same question, and typing asks once it rests.
  const text = JSON.stringify(previewTag(draft));
  const [settled] = useDebouncedValue(text, 500);
  const tag = useMemo<NewVirtualTag>(() => JSON.parse(settled), [settled]);
  const some = tag.rules.length > 0;
  const found = useQuery({ ...virtualTagQueries.preview(version, tag), enabled: some });
  const left = draft.rules.length - previewTag(draft).rules.length;
  return (
    <section className={`card ${classes.preview}`} aria-labelledby="preview">
      <div className={classes.previewHead}>
        <h2 id="preview">Preview</h2>
        <p>
          {some && found.data
            ? `Amortized cost of the last 30 days, ${spanLabel(found.data.from, found.data.to)}`
            : "Amortized cost of the last 30 days"}
        </p>
      </div>
      {!some ? (
        <p className={classes.note}>
          Give a rule its value and its conditions: what it matches appears here as you write.
        </p>
      ) : found.error ? (
        <Problem
          error={found.error}
          onRetry={() => void found.refetch()}
          title="The preview could not be made"
        />
      ) : !found.data ? (
        <div aria-busy="true">
          <Skeleton height={200} radius={0} />
        </div>
      ) : (
        <Rows preview={found.data} stale={text !== settled || found.isPlaceholderData} />
      )}
      {left > 0 && some && (
        <p className={classes.note}>
          {left === 1 ? "One rule is not complete and is" : `${left} rules are not complete and are`} left
          out.
        </p>
      )}
    </section>
  );
}

const columns = [
  { name: "Value" },
  { name: "Cost", kind: "number" },
  { name: "Share", kind: "number" },
] as const;

function Rows({ preview, stale }: { preview: TagPreview; stale: boolean }) {
  return (
    <div className={classes.rows} data-stale={stale} aria-busy={stale}>
      <ListTable label="Preview, table" columns={columns}>
        {preview.rows.map((row) => (
          <tr key={row.value ?? "\u0000none"}>
            <th scope="row">
              <span className={row.value === null ? classes.nothing : undefined}>
                {row.value ?? "No match"}
              </span>
              <span
                className={classes.share}
                style={{ "--share": `${Math.min(100, Math.max(0, row.share_percent))}%` } as CSSProperties}
              />
            </th>
            <td className={listClasses.number}>
              <Money text={row.figure} currency={preview.currency} />
            </td>
            <td className={listClasses.number}>{row.share_percent.toFixed(1)} %</td>
          </tr>
        ))}
        <tr>
          <th scope="row">Total</th>
          <td className={listClasses.number}>
            <strong>
              <Money text={preview.total} currency={preview.currency} />
            </strong>
          </td>
          <td />
        </tr>
      </ListTable>
      {preview.needs_line_items && (
        <p className={`${classes.note} ${classes.slow}`}>
          A condition looks at what daily roll-ups do not hold, such as resources: this tag is computed from
          line items, which takes longer.
        </p>
      )}
    </div>
  );
}

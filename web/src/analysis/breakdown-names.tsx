import { Skeleton, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { type AnalysisState, freshRows } from "../address/state";
import classes from "./page.module.css";
import type { Scope } from "./scope";

// Fields of two tabs: the other tabs are there without them.
const TagKeys = lazy(() => import("./tag-keys").then((module) => ({ default: module.TagKeys })));
const CategoryName = lazy(() =>
  import("./category-name").then((module) => ({ default: module.CategoryName })),
);

interface Props {
  state: AnalysisState;
  scope: Scope;
  onState: (next: Partial<AnalysisState>) => void;
}

/** What the tag tab and the cost category tab need to know first. */
export function BreakdownNames({ state, scope, onState }: Props) {
  const { dimensions, names } = scope;
  if (!dimensions || scope.groupBy.length === 0) return null;
  const waiting = (
    <div className={classes.names}>
      <Skeleton height={30} width={320} />
    </div>
  );
  if (state.tab === "tag") {
    return (
      <Suspense fallback={waiting}>
        <TagKeys
          known={dimensions.tag_keys}
          keys={names.tagKeys}
          mergeCase={names.mergeCase}
          onKeys={(tagKeys) => onState({ ...freshRows, tagKeys })}
          onMergeCase={(mergeCase) => onState({ ...freshRows, mergeCase })}
        />
      </Suspense>
    );
  }
  if (state.tab === "cost-category" && names.category !== undefined) {
    return (
      <Suspense fallback={waiting}>
        <CategoryName
          known={dimensions.cost_category_names}
          name={names.category}
          onName={(category) => onState({ ...freshRows, category })}
        />
      </Suspense>
    );
  }
  return null;
}

/** Instead of figures, while the tab has nothing to break down by. */
export function NoNames({ state, scope }: Pick<Props, "state" | "scope">) {
  const [loading, none] =
    state.tab === "tag"
      ? ["Loading tag keys…", "No resource in this data carries a tag that reports show."]
      : [
          "Loading cost categories…",
          "This data has no cost category. AWS Billing defines them; reports show them.",
        ];
  return (
    <Text c="dimmed" p={48} ta="center">
      {scope.dimensions ? none : loading}
    </Text>
  );
}

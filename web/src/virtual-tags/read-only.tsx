import { useQuery } from "@tanstack/react-query";
import { initialState } from "../address/state";
import { virtualTab } from "../address/tabs";
import { queries } from "../api/queries";
import type { VirtualTag } from "../api/types";
import { LinkButton } from "../ui/link-button";
import { PageHead } from "../ui/page-head";
import { RuleCard } from "../ui/rule-card";
import { useOverview } from "../ui/use-overview";
import { ruleSentence } from "./sentences";
import classes from "./virtual-tags.module.css";

/** The rules in words, for those who may not change them. */
export function ReadOnlyTag({ tag }: { tag: VirtualTag }) {
  const { version } = useOverview();
  const { data: dimensions } = useQuery(queries.dimensions(version));
  return (
    <>
      <PageHead
        title={tag.name}
        lead="The first rule that matches a row gives it its value. Editors change rules."
      >
        <LinkButton to="/" search={{ ...initialState, tab: virtualTab(tag).id }} variant="default">
          Show costs
        </LinkButton>
      </PageHead>
      <ol className={classes.rules}>
        {tag.rules.map((rule, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no other name than their place
          <RuleCard key={at} at={at} count={tag.rules.length} title={rule.value}>
            <p className={classes.sentence}>{ruleSentence(rule, dimensions)}</p>
          </RuleCard>
        ))}
      </ol>
    </>
  );
}

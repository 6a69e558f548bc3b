import { type TabId, type TabNames, tabOf } from "../address/tabs";

/** What the page breaks down by, in words: "Service", "Tag Team", "Tags Team / Environment". */
export function breakdownName(tab: TabId, { tagKeys, category, virtualTags }: TabNames): string {
  if (tab === "tag") return `${tagKeys.length > 1 ? "Tags" : "Tag"} ${tagKeys.join(" / ")}`.trim();
  if (tab === "cost-category") return category ?? tabOf(tab).label;
  return tabOf(tab, virtualTags).label;
}

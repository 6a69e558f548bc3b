import type { Dimensions } from "../api/types";
import { mainTabs, moreTabs, type Named, type Tab, type TabId, tabOf, virtualTab } from "./tabs";

type Offer = Pick<Dimensions, "virtual_tags" | "has_subsets" | "has_organizational_units"> &
  Partial<Pick<Dimensions, "named_virtual_tags">>;
type TabEntry = Tab & { id: TabId };

/** Tabs that are shown: the nine, and the one chosen from the menu. */
export function shownTabs(chosen: TabId, offer?: Offer): TabEntry[] {
  if (mainTabs.some((tab) => tab.id === chosen)) return [...mainTabs];
  return [...mainTabs, tabOf(chosen, namedTags(offer))];
}

/** The virtual tags with their identifiers. */
export function namedTags(offer: Offer | undefined): Named[] {
  return offer?.named_virtual_tags ?? (offer?.virtual_tags ?? []).map((name) => ({ id: name, name }));
}

/** The menu behind the tabs, in its sections: what the report knows, and what the organization made. */
export function tabMenu(offer: Offer | undefined): { label: string; tabs: TabEntry[] }[] {
  const there: Partial<Record<TabId, boolean>> = {
    subset: offer?.has_subsets ?? false,
    "organizational-unit": offer?.has_organizational_units ?? false,
  };
  const known = moreTabs.filter((tab) => there[tab.id] ?? true);
  const own = known.filter((tab) => tab.id in there);
  const sections = [
    { label: "Of the report", tabs: known.filter((tab) => !(tab.id in there)) },
    { label: "Groups of accounts", tabs: own },
    { label: "Virtual tags", tabs: namedTags(offer).map(virtualTab) },
  ];
  return sections.filter((section) => section.tabs.length > 0);
}

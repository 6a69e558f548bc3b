import type { Dimensions } from "../api/types";
import { mainTabs, moreTabs, type Tab, type TabId, tabOf, virtualTab } from "./tabs";

type Offer = Pick<Dimensions, "virtual_tags" | "has_subsets" | "has_organizational_units">;
type TabEntry = Tab & { id: TabId };

/** Tabs that are shown: the nine, and the one chosen from the menu. */
export function shownTabs(chosen: TabId): TabEntry[] {
  return mainTabs.some((tab) => tab.id === chosen) ? [...mainTabs] : [...mainTabs, tabOf(chosen)];
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
    { label: "Virtual tags", tabs: (offer?.virtual_tags ?? []).map(virtualTab) },
  ];
  return sections.filter((section) => section.tabs.length > 0);
}

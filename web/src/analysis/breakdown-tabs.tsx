import { Menu, Tabs, UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { memo, useEffect, useRef } from "react";
import { namedTags, shownTabs, tabMenu } from "../address/tab-menu";
import { isTab, named, type TabId, virtualTab, virtualTagOf } from "../address/tabs";
import type { Dimensions } from "../api/types";
import classes from "./breakdown-tabs.module.css";

interface Props {
  tab: TabId;
  dimensions: Dimensions | undefined;
  onTab: (tab: TabId) => void;
  /** One is pressed, and about to be chosen. */
  onAim: (tab: TabId) => void;
}

/** Nine breakdowns as tabs, the rest in a menu behind them: what is chosen there becomes the last tab. */
export const BreakdownTabs = memo(function BreakdownTabs({ tab, dimensions, onTab, onAim }: Props) {
  const list = useRef<HTMLDivElement>(null);
  // The row scrolls where it is too long, as on a phone: the chosen tab must not stay out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each tab that is chosen
  useEffect(() => {
    // With the next frame: asked for at once, places are worked out before the page is done, and once more after.
    const frame = requestAnimationFrame(() => {
      const row = list.current;
      const chosen = row?.querySelector<HTMLElement>("[aria-selected=true]");
      if (!row || !chosen) return;
      const hidden = chosen.offsetLeft + chosen.offsetWidth + 24 - row.clientWidth;
      if (row.scrollLeft < hidden || row.scrollLeft > chosen.offsetLeft) row.scrollLeft = Math.max(0, hidden);
    });
    return () => cancelAnimationFrame(frame);
  }, [tab]);
  // The address may say a name, or one of before.
  const tag = named(namedTags(dimensions), virtualTagOf(tab) ?? "");
  const chosen = tag ? virtualTab(tag).id : tab;
  return (
    <div className={classes.row}>
      <Tabs
        ref={list}
        className={classes.tabs ?? ""}
        value={tab}
        onChange={(next) => next !== null && isTab(next) && onTab(next)}
      >
        <Tabs.List aria-label="Break down by">
          {shownTabs(tab, dimensions).map((one) => (
            <Tabs.Tab
              key={one.id}
              value={one.id}
              aria-controls="spend-panel"
              onPointerDown={() => onAim(one.id)}
            >
              {one.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <UnstyledButton className={classes.more} aria-label="More breakdowns">
            More <IconChevronDown size={14} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown className={classes.menu}>
          <Menu.RadioGroup value={chosen} onChange={(next) => isTab(next) && onTab(next)}>
            {tabMenu(dimensions).map((section) => (
              <div key={section.label}>
                <Menu.Label>{section.label}</Menu.Label>
                {section.tabs.map((one) => (
                  <Menu.RadioItem key={one.id} value={one.id} closeMenuOnClick>
                    {one.label}
                  </Menu.RadioItem>
                ))}
              </div>
            ))}
          </Menu.RadioGroup>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
});

import { Button, Menu, TextInput } from "@mantine/core";
import { IconCheck, IconChevronDown, IconLink, IconPin } from "@tabler/icons-react";
import { paths } from "../address/path-builder";
import { presets } from "../address/range";
import { type AnalysisState, pinned } from "../address/state";
import { spanLabel } from "../lib/dates";
import { useCopy } from "../ui/use-copy";
import type { Scope } from "./scope";

/** A link to exactly this view. A named span moves on with the data, unless it is pinned to its days. */
export function CopyLink({ state, scope }: { state: AnalysisState; scope: Scope }) {
  const { span } = scope;
  const [done, copy] = useCopy();
  const link = (of: AnalysisState) => `${window.location.origin}${paths.costAnalysis(of)}`;
  const preset = "preset" in state.range ? state.range.preset : undefined;
  if (done === "failed") {
    return (
      <TextInput
        aria-label="Link to copy"
        size="xs"
        readOnly
        value={link(state)}
        onFocus={(event) => event.currentTarget.select()}
      />
    );
  }
  const Icon = done === "copied" ? IconCheck : IconLink;
  return (
    <Button.Group>
      <Button
        variant="default"
        size="xs"
        h={34}
        leftSection={<Icon size={16} aria-hidden />}
        onClick={() => copy(link(state))}
      >
        {done === "copied" ? "Copied" : "Copy link"}
      </Button>
      {preset && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <Button variant="default" size="xs" h={34} px={8} aria-label="More links">
              <IconChevronDown size={14} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconPin size={16} />}
              onClick={() => copy(link(pinned(state, span)))}
              title={`In place of “${presets[preset]}”, which moves on with the data`}
            >
              Copy link to {spanLabel(span.from, span.to)}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Button.Group>
  );
}

import { Button, CopyButton, Menu } from "@mantine/core";
import { IconCheck, IconChevronDown, IconLink, IconPin } from "@tabler/icons-react";
import { paths } from "../address/path-builder";
import { presets } from "../address/range";
import { type AnalysisState, pinned } from "../address/state";
import { spanLabel } from "../lib/dates";
import type { Scope } from "./use-analysis";

/** A link to exactly this view. A named span moves on with the data, unless it is pinned to its days. */
export function CopyLink({ state, scope }: { state: AnalysisState; scope: Scope }) {
  const { span } = scope;
  const preset = "preset" in state.range ? state.range.preset : undefined;
  const link = (of: AnalysisState) => `${window.location.origin}${paths.costAnalysis(of)}`;
  return (
    <Button.Group>
      <CopyButton value={link(state)} timeout={2000}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            size="xs"
            h={34}
            leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconLink size={16} aria-hidden />}
            onClick={copy}
          >
            {copied ? "Copied" : "Copy link"}
          </Button>
        )}
      </CopyButton>
      {preset && (
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <Button variant="default" size="xs" h={34} px={8} aria-label="More links">
              <IconChevronDown size={14} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <CopyButton value={link(pinned(state, span))}>
              {({ copy }) => (
                <Menu.Item
                  leftSection={<IconPin size={16} />}
                  onClick={copy}
                  title={`In place of “${presets[preset]}”, which moves on with the data`}
                >
                  Copy link to {spanLabel(span.from, span.to)}
                </Menu.Item>
              )}
            </CopyButton>
          </Menu.Dropdown>
        </Menu>
      )}
    </Button.Group>
  );
}

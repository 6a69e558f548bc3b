import { Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { isMetric, type Metric, metrics } from "../address/metric";
import type { Dimensions } from "../api/types";
import classes from "./filters.module.css";

interface Props {
  metric: Metric;
  dimensions: Dimensions | undefined;
  onMetric: (metric: Metric) => void;
}

/** Why a metric would say nothing new. */
function missing(metric: Metric): string {
  return metric === "list"
    ? "The reports hold no list prices"
    : "The reports have no net columns: net figures would equal these";
}

/** Which cost is summed. What the data does not have is shown with the reason, also without a pointer. */
export function CostMenu({ metric, dimensions, onMetric }: Props) {
  const one = (name: Metric) => dimensions?.metrics.find((known) => known.name === name);
  return (
    <Menu position="bottom-end" shadow="md" width={290}>
      <Menu.Target>
        <UnstyledButton className={classes.chip}>
          <span className={classes.chipLabel}>Cost</span>
          <span className={classes.chipValue}>{metrics[metric].label}</span>
          <IconChevronDown size={14} aria-hidden className={classes.chipIcon} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={metric} onChange={(name) => isMetric(name) && onMetric(name)}>
          {Object.keys(metrics)
            .filter(isMetric)
            .map((name) => {
              const absent = dimensions !== undefined && !dimensions.metrics_available.includes(name);
              return (
                <Menu.RadioItem
                  key={name}
                  value={name}
                  closeMenuOnClick
                  disabled={absent}
                  title={absent ? missing(name) : one(name)?.description}
                >
                  {metrics[name].label}
                  {absent && <span className={classes.reason}>{missing(name)}</span>}
                </Menu.RadioItem>
              );
            })}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

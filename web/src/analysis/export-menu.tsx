import { Button, Menu } from "@mantine/core";
import {
  IconChevronDown,
  IconDatabase,
  IconDownload,
  IconFileSpreadsheet,
  IconFileTypeCsv,
} from "@tabler/icons-react";
import { paths } from "../address/path-builder";
import type { CostsQuery } from "../api/queries";
import classes from "./page.module.css";

const formats = [
  { id: "csv", label: "CSV", note: "for any program", compared: true, icon: IconFileTypeCsv },
  { id: "xlsx", label: "XLSX", note: "for Excel and its like", compared: true, icon: IconFileSpreadsheet },
  {
    id: "parquet",
    label: "Parquet",
    note: "for data tools, without changes",
    compared: false,
    icon: IconDatabase,
  },
] as const;

/** Files of exactly what is filtered: all values, not the largest twenty, with all digits; for people with the changes. */
export function ExportMenu({ query, compare }: { query: CostsQuery; compare: string }) {
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          title="All values, all digits, exactly what is filtered"
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ id, label, note, compared, icon: Icon }) => (
          <Menu.Item
            key={id}
            component="a"
            href={paths.costsFile(id, { ...query, ...(compared && { compare }) })}
            download
            leftSection={<Icon size={16} aria-hidden />}
          >
            {label} <span className={classes.format}>{note}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

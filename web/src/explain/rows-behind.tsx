import { Button, Group, Pagination, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { type LineOrder, largestFirst } from "../address/explain";
import { paths } from "../address/path-builder";
import type { ExplainQuery } from "../api/queries";
import type { Explain } from "../api/types";
import { counted } from "../lib/quantity";
import classes from "./drawer.module.css";
import { LineItems } from "./line-items";
import { allRows, lineOrder } from "./lines";
import { partWords } from "./parts";

interface Props {
  data: Explain;
  query: ExplainQuery;
  stale: boolean;
  onPage: (page: number) => void;
  onOrder: (order: LineOrder) => void;
}

/** The lines of the bill that make up a figure: pages of them, in any order, and all as a file. */
export function RowsBehind({ data, query, stale, onPage, onOrder }: Props) {
  const order = lineOrder(query);
  const pages = Math.ceil(data.rows_total / data.page_size);
  const part = data.parts.find((one) => one.part === data.part);
  const usual = order.column === largestFirst.column && order.descending;
  return (
    <section className={classes.section} aria-labelledby="explain-rows">
      <Group justify="space-between" mb={8} gap={8}>
        <Title order={3} size="h5" id="explain-rows">
          {part ? `Line items: ${partWords(part)}` : "Line items behind it"}
        </Title>
        {data.ready && (
          <Group gap="sm">
            <Text size="sm" c="dimmed">
              {counted(data.rows_total, "row")}
              {usual && ", largest first"}
            </Text>
            <Button
              component="a"
              href={paths.explainCsv(allRows({ ...query, ...(data.as_of && { as_of: data.as_of.at }) }))}
              download
              variant="default"
              size="compact-sm"
              leftSection={<IconDownload size={15} aria-hidden />}
            >
              Export CSV
            </Button>
          </Group>
        )}
      </Group>
      {data.message && <Text className={classes.message}>{data.message}</Text>}
      {data.ready && (
        <LineItems rows={data.rows} currency={data.currency} stale={stale} order={order} onOrder={onOrder} />
      )}
      {pages > 1 && (
        <Pagination
          mt="sm"
          size="sm"
          total={pages}
          value={query.page}
          onChange={onPage}
          getControlProps={(control) => ({ "aria-label": `${control} page` })}
        />
      )}
    </section>
  );
}

import { Badge, Drawer, Group, Pagination, Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import { formatExact } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { Command } from "../ui/command";
import { Problem } from "../ui/problem";
import classes from "./drawer.module.css";
import { LineItems } from "./line-items";
import { type Explained, explainPageSize } from "./target";

interface Props {
  question: Explained | undefined;
  version: string;
  onPage: (page: number) => void;
  onClose: () => void;
}

/** What a figure means, how it is computed, and the lines of the bill it is made of. */
export function ExplainDrawer({ question, version, onPage, onClose }: Props) {
  return (
    <Drawer.Root
      opened={question !== undefined}
      onClose={onClose}
      position="right"
      size="min(1020px, 100vw)"
      classNames={{ content: classes.content ?? "" }}
    >
      <Drawer.Overlay backgroundOpacity={0.45} />
      <Drawer.Content>
        {/* A plain box, not the library's <header>: the page has its banner. */}
        <div className={classes.header}>
          <Drawer.Title className={classes.title}>Explain</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body className={classes.body}>
          {question && <Explanation question={question} version={version} onPage={onPage} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Explanation({
  question,
  version,
  onPage,
}: {
  question: Explained;
  version: string;
  onPage: (page: number) => void;
}) {
  const { data, error, refetch, isPlaceholderData } = useQuery(queries.explain(version, question.query));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  const fresh = data && !(isPlaceholderData && data.page === question.query.page);
  if (!data || !fresh) {
    return (
      <div aria-busy="true">
        <Skeleton height={74} mb="lg" />
        <Skeleton height={130} mb="lg" />
        <Skeleton height={420} />
      </div>
    );
  }
  const pages = Math.ceil(data.rows_total / explainPageSize);
  return (
    <>
      <Text c="dimmed" size="sm">
        {question.what} · {question.when}, UTC
      </Text>
      <Group gap="sm" mb="md" align="center">
        <Title
          order={2}
          className={`${classes.figure} tabular`}
          data-testid="explained-figure"
          data-figure={data.figure}
        >
          {formatExact(data.figure, data.currency)}
        </Title>
        <Badge className={classes.proof} data-proven={data.proven}>
          {data.proven ? "Proven to the bill" : "Not proven yet"}
        </Badge>
      </Group>
      <section className={classes.section} aria-labelledby="explain-definition">
        <Title order={3} size="h5" id="explain-definition">
          {data.metric.label}
        </Title>
        <Text size="sm" mb={8}>
          {data.metric.description}
        </Text>
        <Command text={data.metric.formula} label="Formula" wrap />
      </section>
      <section className={classes.section} aria-labelledby="explain-rows">
        <Group justify="space-between" mb={8}>
          <Title order={3} size="h5" id="explain-rows">
            Line items behind it
          </Title>
          {data.ready && (
            <Text size="sm" c="dimmed">
              {formatCount(data.rows_total)} rows, largest first
            </Text>
          )}
        </Group>
        {data.message && <Text className={classes.message}>{data.message}</Text>}
        {data.ready && <LineItems rows={data.rows} currency={data.currency} stale={isPlaceholderData} />}
        {pages > 1 && (
          <Pagination
            mt="sm"
            size="sm"
            total={pages}
            value={data.page}
            onChange={onPage}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
          />
        )}
      </section>
      <section className={classes.section} aria-labelledby="explain-sql">
        <Title order={3} size="h5" mb={8} id="explain-sql">
          Query
        </Title>
        <Command text={data.sql} label="SQL" />
      </section>
    </>
  );
}

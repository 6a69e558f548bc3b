import { Badge, Drawer, Group, Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { LineOrder } from "../address/explain";
import { queries } from "../api/queries";
import { formatExact } from "../lib/money";
import { Command } from "../ui/command";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { Difference, Makeup } from "./breakdown";
import classes from "./drawer.module.css";
import { Parts } from "./parts";
import { RowsBehind } from "./rows-behind";
import type { Explained } from "./target";

interface Actions {
  onPage: (page: number) => void;
  onOrder: (order: LineOrder) => void;
  /** Another part of a figure with shared costs split. */
  onPart: (part: string) => void;
}

interface Props extends Actions {
  question: Explained | undefined;
  version: string;
  onClose: () => void;
}

/** What a figure means, how it is computed, and the lines of the bill it is made of. */
export function ExplainDrawer({ question, version, onClose, ...actions }: Props) {
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
          {question && <Explanation question={question} version={version} {...actions} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Explanation({
  question,
  version,
  onPart,
  ...actions
}: { question: Explained; version: string } & Actions) {
  const { overview } = useOverview();
  const { data, error, refetch, isPlaceholderData } = useQuery(queries.explain(version, question.query));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div aria-busy="true">
        <Skeleton height={74} mb="lg" />
        <Skeleton height={130} mb="lg" />
        <Skeleton height={420} />
      </div>
    );
  }
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
          {overview.part ? "Part of the bill" : data.proven ? "Proven to the bill" : "Not all proven"}
        </Badge>
      </Group>
      {question.note && <Text size="sm">{question.note}</Text>}
      <section className={classes.section} aria-labelledby="explain-definition">
        <Title order={3} size="h5" id="explain-definition">
          {data.metric.label}
        </Title>
        <Text size="sm" mb={8}>
          {data.metric.description}
        </Text>
        <Command text={data.metric.formula} label="Formula" wrap />
      </section>
      {data.parts.length > 0 && <Parts data={data} onPart={onPart} />}
      <Makeup query={question.query} version={version} />
      <Difference query={question.query} version={version} />
      <RowsBehind data={data} query={question.query} stale={isPlaceholderData} {...actions} />
      <section className={classes.section} aria-labelledby="explain-sql">
        <Title order={3} size="h5" mb={8} id="explain-sql">
          Query
        </Title>
        <Command text={data.sql} label="SQL" />
      </section>
    </>
  );
}

import { Alert, Button, Title } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { queries } from "../api/queries";
import { Problem } from "../ui/problem";

/** Says above a page that it shows bills of another day, or why it cannot. */
export function PastBills({
  asOf,
  onNow,
  children,
}: {
  asOf: string;
  onNow: () => void;
  children: ReactNode;
}) {
  const { data, error, refetch } = useQuery(queries.overview(asOf));
  const now = (
    <Button variant="default" size="xs" onClick={onNow}>
      Show it as it stands now
    </Button>
  );
  if (!data) {
    if (!error) return <div aria-busy="true" />;
    return (
      <div className="card">
        <Title order={1} size="h2">
          Cost Analysis
        </Title>
        <Problem error={error} onRetry={() => void refetch()} title="That day cannot be shown" />
        {now}
      </div>
    );
  }
  return (
    <>
      <Alert variant="light" mb={16} icon={<IconHistory size={18} aria-hidden />} role="status">
        Shown {data.as_of?.words ?? `as the bill stood on ${asOf}`}. {now}
      </Alert>
      {children}
    </>
  );
}

import { Skeleton } from "@mantine/core";
import { Problem } from "./problem";

interface Props {
  /** What the page asks for, or the one of several that failed. */
  query: { error: Error | null; refetch: () => unknown };
  /** Heights of what comes below the page's title. */
  heights: readonly number[];
}

/** Stands in a page's place until what it asks for is there: why it does not come, else a skeleton. */
export function PageLoading({ query, heights }: Props) {
  if (query.error) {
    return (
      <div className="card">
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  return (
    <div aria-busy="true">
      <Skeleton height={34} width={260} mb={24} />
      {heights.map((height) => (
        <Skeleton key={height} height={height} radius={12} mb={18} />
      ))}
    </div>
  );
}

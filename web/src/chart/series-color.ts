import { otherColor, type Scheme, seriesColors } from "../theme";
import type { Series } from "./data";

/** The colour of a series: by its place, grey for the rest. */
export function seriesColor(series: Pick<Series, "other" | "color">, scheme: Scheme): string {
  if (series.other) return otherColor[scheme];
  const palette = seriesColors[scheme];
  return palette[series.color % palette.length] ?? otherColor[scheme];
}

import { loadBars } from "../chart/load-bars";

/** The chart and its table, below the figures at the top, which do not wait for them. */
export const loadSpend = () => import("./spend-analysis");

/** All that the page shows once it stands: on its way while the top is drawn. */
export function loadBelow(): void {
  void loadSpend();
  void loadBars();
}

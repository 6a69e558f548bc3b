/** The chart library is most of the page's weight: the figures do not wait for it. */
export const loadBars = () => import("./stacked-bars");
